using CsCheck;
using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Tests;

[Collection(OnPostgres.Name)]
public sealed class FilteringRows(ThrowawayPostgres postgres)
{
    [Fact]
    public async Task The_database_finds_the_rows_that_the_filter_means()
    {
        for (var round = 0; round < 5; round++)
        {
            var rows = Generators.Row(Gen.Guid).Array[150].Single();
            await TestRow.Replace(postgres.Database, rows);
            await Generators.Filter.SampleAsync(
                async filter =>
                {
                    var text = FilterText.Print(filter);
                    var found = await Listing.All(postgres.Database, Listing.Plan(("filter", text)));
                    var missed = rows.Where(r => RowMatcher.Matches(r, filter) != found.Contains(r.Id)).ToArray();
                    Assert.True(missed.Length == 0, $"{text}\n{Listing.Plan(("filter", text)).Where}\n{string.Join('\n', missed.Take(3))}");
                },
                iter: 200,
                threads: 2);
        }
    }

    [Theory]
    [InlineData("""properties.a:"x" """)]
    [InlineData("properties.a > 5")]
    [InlineData("properties.a > \"2024-01-01T00:00:00Z\"")]
    public async Task No_stored_value_makes_a_filter_fail(string filter)
    {
        string[] hostile =
        [
            "1e130000", "-0", "\"9999-12-31T23:59:59-15:59\"", "\"0001-01-01T00:00:00+15:59\"", "\"2024-13-01T00:00:00Z\"", "\"2024-02-30T00:00:00Z\"",
            "\"2024-01-01T24:00:00Z\"", "\"2024-01-01T00:00:60Z\"", "\"1900-02-29T00:00:00Z\"", "\"2000-02-29T00:00:00Z\"", "\"0000-02-29T00:00:00Z\"",
            "\"2024-01-01T00:00:00+15:60\"", "\"2024-04-31T00:00:00Z\"", "\"2024-01-01T00:00:00Z\\n\"", "\"NaN\"", "[[]]", "{\"a\":{}}",
        ];
        await TestRow.Replace(postgres.Database, hostile.Select(v =>
            new TestRow(Guid.NewGuid(), null, null, null, null, null, null, null, null, null, $$"""{"a":{{v}}}""")));
        await Listing.All(postgres.Database, Listing.Plan(("filter", filter), ("sort", "-properties.a")));
    }

    [Fact]
    public async Task Parameters_of_the_list_narrow_it()
    {
        var rows = Generators.Row(Gen.Guid).Array[150].Single();
        await TestRow.Replace(postgres.Database, rows);
        await Finds(r => r.Status is "draft" or "closed", ("status", "draft,closed"));
        await Finds(r => r.Labels?.Intersect(["beta", "5"]).Any() == true, ("label", "beta,5"));
        var time = DateTimeOffset.Parse("2024-02-29T10:00:00Z", null);
        await Finds(r => r.CreatedAt >= time, ("createdSince", "2024-02-29T10:00:00Z"));
        await Finds(r => r.CreatedAt < time && r.Status == "draft", ("createdUntil", "2024-02-29T10:00:00Z"), ("status", "draft"));

        async Task Finds(Func<TestRow, bool> expected, params (string, string?)[] query)
            => Assert.Equal(
                rows.Where(expected).Select(r => r.Id).Order(),
                (await Listing.All(postgres.Database, Listing.Plan(query))).Order());
    }

    [Fact]
    public async Task The_whole_list_is_counted_where_asked_whatever_the_page()
    {
        var rows = Generators.Row(Gen.Guid).Array[150].Single();
        await TestRow.Replace(postgres.Database, rows);
        await postgres.Database.CreateCommand("analyze rows").ExecuteNonQueryAsync();
        var cursor = Listing.Plan(("limit", "1"), ("filter", "stock:*")).PageOf([1, 2], _ => [null, Guid.NewGuid()]).Cursor;
        Assert.Null(await Count("none"));
        Assert.Equal(rows.Count(r => r.Stock is not null), await Count("exact"));
        Assert.InRange((await Count("estimated"))!.Value, 1, 150);

        async Task<long?> Count(string mode)
        {
            await using var command = postgres.Database.CreateCommand();
            return await Listing.Plan(("count", mode), ("filter", "stock:*"), ("cursor", cursor)).CountAsync(command, "rows t where true", default);
        }
    }

    [Fact]
    public async Task An_index_on_the_document_serves_equality()
    {
        await using var connection = await postgres.Database.OpenConnectionAsync();
        await using var prepare = connection.CreateCommand();
        prepare.CommandText = "create index if not exists rows_properties on rows using gin (properties jsonb_path_ops); set enable_seqscan = off";
        await prepare.ExecuteNonQueryAsync();
        var plan = Listing.Plan(("filter", """properties.deep."odd name" = "x" AND name:a"""));
        await using var explain = connection.CreateCommand();
        explain.CommandText = $"explain select 1 from rows t where {plan.Where}";
        plan.AddParametersTo(explain);
        var text = "";
        await using (var reader = await explain.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                text += reader.GetString(0);
            }
        }

        Assert.Contains("rows_properties", text, StringComparison.Ordinal);
        await using var restore = connection.CreateCommand();
        restore.CommandText = "drop index rows_properties; set enable_seqscan = on";
        await restore.ExecuteNonQueryAsync();
    }

    [Fact]
    public void A_printed_filter_parses_to_itself()
        => Generators.Filter.Sample(filter =>
        {
            var (parsed, error) = FilterParser.Parse(FilterText.Print(filter));
            return error is null && FilterText.Tree(parsed) == FilterText.Tree(filter);
        });
}
