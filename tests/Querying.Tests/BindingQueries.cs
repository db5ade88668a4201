using OnePlatform.Querying.Lists;

namespace OnePlatform.Querying.Tests;

public sealed class BindingQueries
{
    [Fact]
    public void What_is_not_asked_has_a_default()
    {
        var query = Listing.Query();
        Assert.Equal((50, CountMode.None, ListScope.Self, false), (query.Limit, query.Count, query.Scope, query.IncludeArchived));
        Assert.Equal("true", Listing.Plan().Where);
        Assert.Equal("t.created_at desc nulls last, t.id desc", Listing.Plan().OrderBy);
    }

    [Fact]
    public void What_is_asked_is_read()
    {
        var query = Listing.Query(("limit", "200"), ("count", "estimated"), ("scope", "subtree"), ("includeArchived", "true"), ("q", "x"));
        Assert.Equal((200, CountMode.Estimated, ListScope.Subtree, true), (query.Limit, query.Count, query.Scope, query.IncludeArchived));
        Assert.Equal(("x", null), (query["q"], query["nope"]));
    }

    [Theory]
    [InlineData("limit", "0", "invalid_parameter", "/limit")]
    [InlineData("limit", "201", "invalid_parameter", "/limit")]
    [InlineData("limit", "-1", "invalid_parameter", "/limit")]
    [InlineData("limit", "ten", "invalid_parameter", "/limit")]
    [InlineData("count", "all", "invalid_parameter", "/count")]
    [InlineData("scope", "world", "invalid_parameter", "/scope")]
    [InlineData("includeArchived", "yes", "invalid_parameter", "/includeArchived")]
    [InlineData("status", "draft,gone", "invalid_parameter", "/status")]
    [InlineData("status", ",", "invalid_parameter", "/status")]
    [InlineData("owner", "x", "invalid_parameter", "/owner")]
    [InlineData("createdSince", "x", "invalid_parameter", "/createdSince")]
    [InlineData("createdSince", "2024-01-01,2024-01-02", "invalid_parameter", "/createdSince")]
    [InlineData("label", "\0", "invalid_parameter", "/label")]
    [InlineData("q", "\0", "invalid_parameter", "/q")]
    [InlineData("offset", "5", "unknown_parameter", "/offset")]
    [InlineData("a/b~c", "5", "unknown_parameter", "/a~1b~0c")]
    [InlineData("sort", "nope", "invalid_sort", "/sort")]
    [InlineData("sort", "note", "invalid_sort", "/sort")]
    [InlineData("sort", "properties", "invalid_sort", "/sort")]
    [InlineData("sort", "name.x", "invalid_sort", "/sort")]
    [InlineData("sort", "name,-name", "invalid_sort", "/sort")]
    [InlineData("sort", "name,,stock", "invalid_sort", "/sort")]
    [InlineData("sort", "name stock", "invalid_sort", "/sort")]
    [InlineData("sort", "name,stock,price,active,status", "invalid_sort", "/sort")]
    [InlineData("fields", "nope", "invalid_fields", "/fields")]
    [InlineData("fields", "name.x", "invalid_fields", "/fields")]
    [InlineData("fields", "name,", "invalid_fields", "/fields")]
    public void What_cannot_be_read_is_refused_by_name(string parameter, string value, string code, string at)
    {
        var error = Assert.Single(Listing.Errors((parameter, value)));
        Assert.Equal((code, at), (error.Code, error.Pointer));
    }

    [Fact]
    public void Everything_wrong_is_said_at_once()
        => Assert.Equal(
            ["/limit", "/count", "/offset", "/filter", "/sort", "/fields", "/cursor"],
            Listing.Errors(("limit", "x"), ("count", "x"), ("offset", "1"), ("filter", "("), ("sort", "x"), ("fields", "x"), ("cursor", "x")).Select(e => e.Pointer));

    [Fact]
    public void A_list_refuses_the_shared_parameters_that_it_does_without()
    {
        var list = new ListDefinition("tests.whole", TestRow.Fields) { Without = ["limit", "cursor"] };
        Assert.False(list.TryPlan(Listing.Query(("limit", "5"), ("sort", "name")), Listing.Group, Listing.Signer, out _, out var errors));
        Assert.Equal(("unknown_parameter", "/limit"), (Assert.Single(errors).Code, errors[0].Pointer));
        Assert.True(list.TryPlan(Listing.Query(("limit", ""), ("sort", "name")), Listing.Group, Listing.Signer, out _, out _));
    }

    [Fact]
    public void A_shared_parameter_is_given_once_and_an_equality_one_as_often_as_wanted()
    {
        Assert.Equal("/limit", Assert.Single(Listing.Errors(("limit", "1"), ("limit", "2"))).Pointer);
        Assert.Equal("/label", Assert.Single(Listing.Errors(("label", string.Join(',', Enumerable.Range(0, 101))))).Pointer);
        Assert.Equal("(t.status in (@q_0, @q_1))", Listing.Plan(("status", "draft"), ("status", " active ,draft")).Where);
    }

    [Fact]
    public void Archived_rows_are_shown_on_demand_only()
    {
        var list = new ListDefinition("tests.archive", TestRow.Fields) { LiveWhen = "t.archived_at is null" };
        Assert.True(list.TryPlan(Listing.Query(), Listing.Group, Listing.Signer, out var plan, out _));
        Assert.Equal("((t.archived_at is null))", plan.Where);
        Assert.True(list.TryPlan(Listing.Query(("includeArchived", "true")), Listing.Group, Listing.Signer, out plan, out _));
        Assert.Equal("true", plan.Where);
    }

    [Theory]
    [InlineData("name", "t.name, t.id")]
    [InlineData("-name", "t.name desc nulls last, t.id desc")]
    [InlineData("-insertedAt,name", "t.inserted_at desc, t.name, t.id")]
    [InlineData("name, -id", "t.name, t.id desc")]
    [InlineData("id,name", "t.id")]
    public void A_sort_order_leaves_no_ties(string sort, string sql) => Assert.Equal(sql, Listing.Plan(("sort", sort)).OrderBy);
}
