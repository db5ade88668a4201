using Microsoft.Extensions.Primitives;
using OnePlatform.Querying.Documents;

namespace OnePlatform.Querying.Tests;

public sealed class MatchingEntityTags
{
    private static readonly Guid s_id = new("0197a0b0-0000-7000-8000-000000000001");
    private static readonly EntityTag s_tag = EntityTag.Of(s_id, 7);

    [Fact]
    public void A_tag_is_strong_and_tells_objects_and_versions_apart()
    {
        Assert.Matches("^\"[A-Za-z0-9_-]{32}\"$", s_tag.ToString());
        Assert.Equal(s_tag.ToString(), EntityTag.Of(s_id, 7).ToString());
        Assert.NotEqual(s_tag.ToString(), EntityTag.Of(s_id, 8).ToString());
        Assert.NotEqual(s_tag.ToString(), EntityTag.Of(Guid.Empty, 7).ToString());
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("*", true, false)]
    [InlineData("TAG", true, false)]
    [InlineData("W/TAG", false, false)]
    [InlineData("\"x\", TAG", true, false)]
    [InlineData("\"a,b\",TAG , \"c\"", true, false)]
    [InlineData("\"x\"", false, true)]
    [InlineData("garbage", false, true)]
    [InlineData("TAG garbage", false, true)]
    [InlineData("\"x\", *", false, true)]
    public void A_header_matches_or_not(string header, bool ifMatch, bool ifNoneMatch)
    {
        var values = new StringValues(header.Replace("TAG", s_tag.ToString(), StringComparison.Ordinal));
        Assert.Equal(ifMatch, s_tag.SatisfiesIfMatch(values));
        Assert.Equal(ifNoneMatch, s_tag.SatisfiesIfNoneMatch(values));
    }

    [Fact]
    public void Two_headers_are_one_list() => Assert.True(s_tag.SatisfiesIfMatch(new StringValues(["\"x\"", s_tag.ToString()])));
}
