using System.Text.RegularExpressions;
using CsCheck;

namespace OnePlatform.Querying.Tests;

[Collection(OnPostgres.Name)]
[Trait("Proof", "P9")]
public sealed class HostileInput(ThrowawayPostgres postgres)
{
    private const string Marker = "zqx";

    private static readonly string[] s_tokens =
    [
        "name", "note", "price", "owner", "createdAt", "labels", "status", "properties", "properties.", "warnings", ".", ",", "\"", "'", "\\", "*", "(", ")",
        " AND ", " OR ", " NOT ", "-", "=", "!=", "<", ">=", ":", " ", "zqx", "';drop table rows;--", "@q_0", "$1", "%", "_", "\0", "\ud800", "\u202e", "{", "}",
        "5", "1e9999", "true", "null", "2024-01-01T00:00:00Z", "\\u0000", "/*", "0197a0b0-0000-7000-8000-000000000001", "zqx\"zqx", "é", "\n",
    ];

    private static readonly Gen<string> s_soup = Gen.OneOf(s_tokens).Array[0, 14].Select(t => string.Concat(t));

    [Fact]
    public async Task No_text_makes_anything_fail_but_the_request()
    {
        var accepted = 0;
        await Gen.Select(s_soup, s_soup, s_soup, Gen.OneOf(Gen.String, s_soup)).SampleAsync(
            async (filter, sort, own, any) =>
            {
                foreach (var query in new[] { new[] { ("filter", filter) }, [("sort", sort)], [("label", own)], [("filter", any), ("q", any)], [("fields", sort)], [("cursor", any)] })
                {
                    if (!TestRow.List.TryPlan(Raw(query), Listing.Group, Listing.Signer, out var plan, out var errors))
                    {
                        Assert.All(errors, e => Assert.False(string.IsNullOrEmpty(e.Detail)));
                        continue;
                    }

                    Interlocked.Increment(ref accepted);
                    AssertSql(plan.Where, plan.OrderBy, plan.KeyColumns);
                    await Listing.Page(postgres.Database, plan);
                }
            },
            iter: 3000,
            threads: 2);
        Assert.True(accepted > 1000);
    }

    [Fact]
    public void No_word_of_a_filter_is_in_the_SQL()
        => Generators.Filter.Sample(filter => AssertSql(Listing.Plan(("filter", FilterText.Print(filter)), ("sort", "properties.zqx")).Where), iter: 2000);

    [Theory]
    [InlineData("filter", "properties.zqx.'zqx' = zqx")]
    [InlineData("filter", "properties.zqx > \"zqx\"")]
    [InlineData("filter", "properties.zqx:zqx zqx name:zqx name=zqx* labels:zqx")]
    [InlineData("sort", "properties.zqx")]
    [InlineData("label", "zqx,zqx2")]
    public void Not_even_where_it_would_be_easy(string parameter, string value)
    {
        var plan = Listing.Plan((parameter, value));
        AssertSql(plan.Where, plan.OrderBy, plan.KeyColumns);
    }

    private static Lists.ListQuery Raw((string Name, string Value)[] query)
        => Lists.ListQuery.From(new Microsoft.AspNetCore.Http.QueryCollection(query.ToDictionary(p => p.Name, p => new Microsoft.Extensions.Primitives.StringValues(p.Value))));

    private static void AssertSql(params string[] texts) => Assert.All(texts, text =>
    {
        Assert.DoesNotContain(Marker, text, StringComparison.Ordinal);

        // Every quoted piece is one this room wrote itself.
        Assert.All(
            Regex.Matches(text, "'([^']*)'").Select(m => m.Groups[1].Value),
            quoted => Assert.True(quoted is "string" or "number" or "boolean" or "object" or "null" or "{}" || quoted.StartsWith("^(?!0000)", StringComparison.Ordinal), quoted));
        Assert.Equal(0, text.Count(c => c is ';' or '"' or '\\' or '\n') + Regex.Count(text, "--|/[*]"));
    });
}
