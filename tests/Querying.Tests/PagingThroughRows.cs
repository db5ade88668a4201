using CsCheck;

namespace OnePlatform.Querying.Tests;

[Collection(OnPostgres.Name)]
public sealed class PagingThroughRows(ThrowawayPostgres postgres)
{
    private static readonly string[] s_keys =
    [
        "name", "price", "stock", "active", "createdAt", "insertedAt", "status", "owner", "properties.size", "properties.\"odd name\"", "id",
    ];

    private static readonly Gen<string> s_sort = Gen.Select(Gen.Shuffle(s_keys, 1, 4), Gen.Bool.Array[4])
        .Select((keys, down) => string.Join(",", keys.Select((k, i) => (down[i] ? "-" : "") + k)));

    [Fact]
    public async Task Every_row_is_seen_once_and_in_order()
    {
        for (var round = 0; round < 4; round++)
        {
            var rows = Generators.Row(Gen.Guid).Array[40].Single();
            await TestRow.Replace(postgres.Database, rows);
            await Gen.Select(s_sort, Gen.Int[1, 9]).SampleAsync(
                async (sort, limit) =>
                {
                    var seen = await Walk(("sort", sort), ("limit", limit.ToString(null as IFormatProvider)));
                    Assert.Equal(await Listing.All(postgres.Database, Listing.Plan(("sort", sort))), seen);
                    Assert.Equal(rows.Length, seen.Distinct().Count());
                    AssertOrder(seen.Select(id => rows.Single(r => r.Id == id)).ToArray(), sort.Split(',')[0]);
                },
                iter: 40,
                threads: 2);
        }
    }

    [Theory]
    [InlineData("insertedAt,-id")]
    [InlineData("-insertedAt,id")]
    public async Task Two_directions_without_nulls_are_no_comparison_of_rows(string sort)
    {
        await TestRow.Replace(postgres.Database, Generators.Row(Gen.Guid).Array[40].Single());
        Assert.Equal(await Listing.All(postgres.Database, Listing.Plan(("sort", sort))), await Walk(("sort", sort), ("limit", "3")));
    }

    [Fact]
    public async Task A_filter_holds_on_every_page()
    {
        await TestRow.Replace(postgres.Database, Generators.Row(Gen.Guid).Array[60].Single());
        var seen = await Walk(("sort", "-price,name"), ("limit", "4"), ("filter", "NOT name:a"), ("status", "draft,active"));
        Assert.Equal(await Listing.All(postgres.Database, Listing.Plan(("sort", "-price,name"), ("filter", "NOT name:a"), ("status", "draft,active"))), seen);
    }

    [Fact]
    public async Task A_row_added_before_the_page_moves_nothing()
    {
        var rows = Enumerable.Range(0, 10).Select(i => Named($"n{i}")).ToArray();
        await TestRow.Replace(postgres.Database, rows);
        var first = await Listing.Page(postgres.Database, Listing.Plan(("sort", "name"), ("limit", "5")));
        await TestRow.Replace(postgres.Database, [.. rows, Named("a"), Named("n1")]);
        var second = await Listing.Page(postgres.Database, Listing.Plan(("sort", "name"), ("limit", "5"), ("cursor", first.Cursor)));
        Assert.Equal(rows.Select(r => r.Id), [.. first.Results, .. second.Results]);
        Assert.False(second.HasMore);
        Assert.Null(second.Cursor);
    }

    [Fact]
    public async Task A_last_page_that_is_full_is_the_last()
    {
        await TestRow.Replace(postgres.Database, [Named("a"), Named("b")]);
        var page = await Listing.Page(postgres.Database, Listing.Plan(("limit", "2")));
        Assert.Equal((2, false, null), (page.Results.Count, page.HasMore, page.Cursor));
    }

    [Fact]
    public async Task Infinite_times_and_long_document_strings_can_be_paged_past()
    {
        var rows = Enumerable.Range(0, 6).Select(i => Named($"{i}") with { Properties = $$"""{"size":"{{new string('é', 5000)}}{{i}}"}""" }).ToArray();
        await TestRow.Replace(postgres.Database, rows);
        await using var command = postgres.Database.CreateCommand(
            "update rows set created_at = case when name < '3' then 'infinity'::timestamptz else '-infinity' end, price = 'NaN'");
        await command.ExecuteNonQueryAsync();
        foreach (var sort in new[] { "createdAt", "-createdAt", "price", "-price", "properties.size", "-properties.size" })
        {
            Assert.Equal(await Listing.All(postgres.Database, Listing.Plan(("sort", sort))), await Walk(("sort", sort), ("limit", "1")));
        }
    }

    [Fact]
    public void Rows_read_by_other_means_make_the_same_pages()
    {
        var plan = Listing.Plan(("limit", "2"), ("sort", "name"));
        var rows = new[] { Named("a"), Named("b"), Named("c") };
        var page = plan.PageOf(rows, r => [r.Name, r.Id]);
        Assert.Equal((2, true), (page.Results.Count, page.HasMore));
        var next = Listing.Plan(("limit", "2"), ("sort", "name"), ("cursor", page.Cursor));
        Assert.Contains("b", next.Parameters.Select(p => p.Value));
        Assert.False(plan.PageOf(rows[..2], r => [r.Name, r.Id]).HasMore);
    }

    [Fact]
    public void One_direction_without_nulls_is_a_comparison_of_rows()
    {
        var page = Listing.Plan(("limit", "1"), ("sort", "-insertedAt")).PageOf([1, 2], _ => [DateTimeOffset.UnixEpoch, Guid.Empty]);
        Assert.Equal(
            "((t.inserted_at, t.id) < (@q_0::timestamptz, @q_1::uuid))",
            Listing.Plan(("sort", "-insertedAt"), ("cursor", page.Cursor)).Where.Replace("true and ", "", StringComparison.Ordinal)[1..^1]);
    }

    private static TestRow Named(string name) => new(Guid.CreateVersion7(), name, null, null, null, null, null, null, null, null, null);

    private async Task<Guid[]> Walk(params (string, string?)[] query)
    {
        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await Listing.Page(postgres.Database, Listing.Plan([.. query, ("cursor", cursor)]));
            seen.AddRange(page.Results);
            cursor = page.Cursor;
            Assert.Equal(page.HasMore, cursor is not null);
            Assert.True(seen.Count <= 200, "The pages do not end.");
        }
        while (cursor is not null);

        return [.. seen];
    }

    /// <summary>The first key once more without SQL: values in their order, missing ones last.</summary>
    private static void AssertOrder(TestRow[] rows, string key)
    {
        var values = rows.Select(r => key.TrimStart('-') switch
        {
            "price" => r.Price,
            "stock" => (double?)r.Stock,
            "createdAt" => r.CreatedAt?.UtcTicks,
            _ => null,
        }).ToArray();
        var present = values.TakeWhile(v => v is not null).ToArray();
        Assert.All(values[present.Length..], v => Assert.Null(v));
        Assert.Equal(key[0] == '-' ? present.OrderDescending() : present.Order(), present);
    }
}
