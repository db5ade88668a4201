using Microsoft.Extensions.Options;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Querying.Tests;

public sealed class SigningCursors
{
    private static readonly (string, string?)[] s_query = [("sort", "name"), ("filter", "name:a"), ("status", "draft")];

    private static readonly string s_cursor = CursorAfter("n");

    [Fact]
    public void A_cursor_opens_the_list_it_was_made_for()
        => Assert.Contains("n", Listing.Plan([.. s_query, ("cursor", s_cursor), ("limit", "7"), ("fields", "name"), ("count", "exact")]).Parameters.Select(p => p.Value));

    [Theory]
    [InlineData("n")]
    [InlineData("nn")]
    [InlineData("nnn")]
    public void Any_other_character_anywhere_is_refused(string key)
    {
        var good = CursorAfter(key);
        for (var i = 0; i < good.Length; i++)
        {
            // All of base64url, and keys of three lengths, because only neighbours share the bits that some last characters have to spare.
            foreach (var other in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_*".Where(c => c != good[i]))
            {
                Refuses(good[..i] + other + good[(i + 1)..]);
            }

            Refuses(good[..i]);
        }

        Refuses(good + "A");
        Refuses(good + "=");
        Refuses(good + "==");
        Refuses(good + " ");
        Refuses(new string('A', 10_000));
        Refuses(" ");

        static void Refuses(string cursor)
        {
            if (cursor.Length > 0)
            {
                var error = Assert.Single(Listing.Errors([.. s_query, ("cursor", cursor)]));
                Assert.Equal(("invalid_cursor", "/cursor"), (error.Code, error.Pointer));
                Assert.DoesNotContain("belongs", error.Detail, StringComparison.Ordinal);
            }
        }
    }

    public static TheoryData<string, (string, string?)[]> OtherLists => new()
    {
        { "sort", [("sort", "-name"), s_query[1], s_query[2]] },
        { "no sort", [s_query[1], s_query[2]] },
        { "filter", [s_query[0], ("filter", "name:b"), s_query[2]] },
        { "no filter", [s_query[0], s_query[2]] },
        { "parameter", [s_query[0], s_query[1], ("status", "active")] },
        { "another parameter", [.. s_query, ("q", "x")] },
        { "scope", [.. s_query, ("scope", "subtree")] },
        { "archived", [.. s_query, ("includeArchived", "true")] },
    };

    [Theory]
    [MemberData(nameof(OtherLists))]
    public void A_cursor_of_another_list_is_refused(string difference, (string, string?)[] query)
        => Assert.True(Assert.Single(Listing.Errors([.. query, ("cursor", s_cursor)])).Detail.Contains("belongs", StringComparison.Ordinal), difference);

    [Fact]
    public void Group_parent_list_and_key_are_part_of_it()
    {
        var query = Listing.Query([.. s_query, ("cursor", s_cursor)]);
        Assert.True(TestRow.List.TryPlan(query, Listing.Group, Listing.Signer, out _, out _));
        Assert.False(TestRow.List.TryPlan(query, Guid.NewGuid(), Listing.Signer, out _, out _));
        Assert.False(TestRow.List.TryPlan(query, Listing.Group, Listing.Signer, out _, out _, within: "x"));
        Assert.False(new ListDefinition("tests.other", TestRow.Fields) { Parameters = TestRow.List.Parameters }
            .TryPlan(query, Listing.Group, Listing.Signer, out _, out _));
        var otherKey = new CursorSigner(Options.Create(new QueryingOptions { CursorKey = new string('x', 32) }));
        Assert.False(TestRow.List.TryPlan(query, Listing.Group, otherKey, out _, out var errors));
        Assert.Equal("invalid_cursor", Assert.Single(errors).Code);
    }

    [Fact]
    public void Parts_do_not_run_into_each_other()
        => Assert.NotEqual(CursorSigner.Bind("ab", "c"), CursorSigner.Bind("a", "bc"));

    private static string CursorAfter(string key)
        => Listing.Plan([.. s_query, ("limit", "1")]).PageOf([1, 2], _ => [key, Guid.Empty]).Cursor!;
}
