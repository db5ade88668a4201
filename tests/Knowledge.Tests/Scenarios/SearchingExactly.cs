using OnePlatform.Knowledge.Tests.Hosting;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

[Trait("Proof", "P7")]
public sealed class SearchingExactly(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    private const int Rows = 400;
    private const int Dimensions = 24;

    [Fact]
    public async Task Under_any_filter_the_ten_nearest_are_those_of_brute_force_on_every_instance()
    {
        var tenant = host.NewTenant();
        var random = new Random(7);
        var rows = new List<(Guid Id, int N, float[] Vector)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Rows).Select(n => (N: n, Vector: VectorOf(random))).ToList(), async (row, _) =>
        {
            var created = await tenant.Client.PostAsync(
                "/api/knowledge",
                new { type = "vector_only", embedding = row.Vector, metadata = new { n = row.N }, labels = new[] { $"tenth:{row.N % 10}" } }, 201);
            lock (rows)
            {
                rows.Add((created.Id(), row.N, row.Vector));
            }
        });
        await using var another = host.StartAnother();
        using var second = another.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), tenant.Group));

        foreach (var most in new[] { Rows, Rows / 2, Rows / 10, Rows / 100, 1 })
        {
            var query = VectorOf(random);
            var expected = Nearest(rows.Where(r => r.N < most), query);
            foreach (var client in new[] { tenant.Client, second })
            {
                var found = await client.PostAsync("/api/knowledge/search", new { embedding = query, limit = 10, filter = $"metadata.n < {most}" }, 200);
                Assert.Equal(expected, found.Results().Select(r => r.Id()));
            }
        }

        var tenth = VectorOf(random);
        var labelled = await second.PostAsync("/api/knowledge/search", new { embedding = tenth, labels = new[] { "tenth:3" } }, 200);
        Assert.Equal(Nearest(rows.Where(r => r.N % 10 == 3), tenth), labelled.Results().Select(r => r.Id()));
    }

    [Fact]
    public async Task What_one_instance_adds_or_deletes_the_others_next_search_knows()
    {
        var tenant = host.NewTenant();
        await using var another = host.StartAnother();
        using var second = another.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), tenant.Group));
        for (var i = 0; i < 20; i++)
        {
            var (writer, reader) = i % 2 == 0 ? (tenant.Client, second) : (second, tenant.Client);
            var created = await writer.PostAsync("/api/knowledge", new { type = "chunk", text = $"unique{i}word" }, 201);
            Assert.Equal(created.Id(), (await reader.PostAsync("/api/knowledge/search", new { query = $"unique{i}word", mode = "keyword" }, 200)).Results()[0].Id());
            using var deleted = await reader.DeleteAsync($"/api/knowledge/{created.Id()}");
            Assert.Empty((await writer.PostAsync("/api/knowledge/search", new { query = $"unique{i}word", mode = "keyword" }, 200)).Results());
        }
    }

    [Fact]
    public async Task Searches_during_writes_see_every_row_that_was_answered_for()
    {
        var tenant = host.NewTenant();
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), async (i, _) =>
        {
            await tenant.Client.PostAsync("/api/knowledge", new { type = "chunk", text = $"parallel row{i}x" }, 201);
            Assert.Single((await tenant.SearchAsync(new { query = $"row{i}x", mode = "keyword" })).Results());
        });
        Assert.Equal(60, (await tenant.SearchAsync(new { query = "parallel", mode = "keyword", limit = 100 })).Results().Count);
    }

    private static float[] VectorOf(Random random) => [.. Enumerable.Range(0, Dimensions).Select(_ => (float)((random.NextDouble() * 2) - 1))];

    private static List<Guid> Nearest(IEnumerable<(Guid Id, int N, float[] Vector)> rows, float[] query)
        => [.. rows.OrderByDescending(r => Cosine(r.Vector, query)).Take(10).Select(r => r.Id)];

    private static double Cosine(float[] a, float[] b)
        => a.Zip(b).Sum(p => (double)p.First * p.Second) / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}
