namespace OnePlatform.Querying.Tests;

/// <summary>What an index serves is told from what has to be asked of row after row; here owner, createdAt and properties have one.</summary>
public sealed class BoundingReads
{
    [Theory]
    [InlineData("", false, false)]
    [InlineData("owner=\"11111111-1111-1111-1111-111111111111\"", false, false)]
    [InlineData("createdAt>=2026-01-01T00:00:00Z AND createdAt<2026-02-01T00:00:00Z", false, false)]
    [InlineData("owner!=\"11111111-1111-1111-1111-111111111111\"", true, false)]
    [InlineData("owner:*", true, false)]
    [InlineData("price>5", true, false)]
    [InlineData("createdAt>=2026-01-01T00:00:00Z AND price>5", true, false)]
    [InlineData("createdAt>=2026-01-01T00:00:00Z OR price>5", true, false)]
    [InlineData("properties.a=5", true, true)]
    [InlineData("properties.a=5 AND price>5", true, true)]
    [InlineData("properties.a=5 OR properties.b=\"x\"", true, true)]
    [InlineData("properties.a=5 OR price>5", true, false)]
    [InlineData("properties.a>5", true, false)]
    [InlineData("properties.a!=5", true, false)]
    [InlineData("NOT properties.a=5", true, false)]
    [InlineData("properties.a=\"x*\"", true, false)]
    [InlineData("properties.a:x", true, false)]
    public void A_filter_is_split_by_what_an_index_serves(string filter, bool hasSieve, bool sieveHasIndex)
    {
        var plan = Listing.Plan(("filter", filter));
        Assert.Equal((hasSieve, sieveHasIndex), (plan.Sieve is not null, plan.SieveHasIndex));
    }

    [Fact]
    public void Parameters_are_split_as_filters_are()
    {
        Assert.NotNull(Listing.Plan(("status", "draft")).Sieve);
        var plan = Listing.Plan(("owner", Listing.Group.ToString()), ("createdSince", "2026-01-01T00:00:00Z"));
        Assert.Null(plan.Sieve);
        Assert.Equal(plan.Where, plan.Walk);
    }
}
