using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

/// <summary>What holds of search whichever index is behind it.</summary>
public abstract class SearchingByEitherIndex(KnowledgeHost host)
{
    private const int Rows = 300;
    private const int Dimensions = 16;

    [Fact]
    public async Task Under_any_filter_the_ten_nearest_are_those_of_brute_force()
    {
        var tenant = host.NewTenant();
        var random = new Random(11);
        var rows = await VectorsAsync(tenant, random);
        foreach (var most in new[] { Rows, Rows / 2, Rows / 10, Rows / 100, 1 })
        {
            var query = VectorOf(random);
            var found = await tenant.SearchAsync(new { embedding = query, limit = 10, filter = $"metadata.n < {most}" });
            Assert.Equal(Nearest(rows.Where(r => r.N < most), query), found.Results().Select(r => r.Id()));
        }

        var labelled = VectorOf(random);
        Assert.Equal(
            Nearest(rows.Where(r => r.N % 10 is 3 or 4), labelled),
            (await tenant.SearchAsync(new { embedding = labelled, labels = new[] { "tenth:3", "tenth:4", "never" } })).Results().Select(r => r.Id()));
        var both = VectorOf(random);
        Assert.Equal(
            Nearest(rows.Where(r => r.N % 10 == 3 && r.N < 100), both),
            (await tenant.SearchAsync(new { embedding = both, labels = new[] { "tenth:3" }, filter = "metadata.n < 100" })).Results().Select(r => r.Id()));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(13)]
    public async Task In_a_random_sub_tree_the_nearest_of_all_its_groups_are_found_and_of_no_other(int seed)
    {
        var random = new Random(seed);
        var tenants = Enumerable.Range(0, 10).Select(_ => host.NewTenant()).ToList();
        var paths = new List<Guid[]>();
        var rows = new List<(Guid Group, (Guid Id, int N, float[] Vector) Row)>();
        foreach (var tenant in tenants)
        {
            Guid[] path = [.. paths.Count == 0 ? [] : paths[random.Next(paths.Count)], tenant.Group];
            paths.Add(path);
            await host.AddGroupAsync(path);
            rows.AddRange((await VectorsAsync(tenant, random, 15)).Select(row => (tenant.Group, row)));
        }

        foreach (var (tenant, path) in tenants.Zip(paths))
        {
            var below = paths.Where(p => p.Take(path.Length).SequenceEqual(path)).Select(p => p[^1]).ToHashSet();
            var query = VectorOf(random);
            var found = await tenant.SearchAsync(new { embedding = query, scope = "subtree", filter = "metadata.n < 12" });
            Assert.Equal(Nearest(rows.Where(r => below.Contains(r.Group)).Select(r => r.Row).Where(r => r.N < 12), query), found.Results().Select(r => r.Id()));
        }
    }

    [Fact]
    public async Task Words_find_the_rows_that_hold_them_rare_ones_first()
    {
        var tenant = host.NewTenant();
        var common = await tenant.ChunkAsync("invoices are sent to customers by mail every month");
        var rare = await tenant.ChunkAsync("invoices in quadruplicate are sent by courier every month");
        await tenant.ChunkAsync("holidays are agreed upon with the team in spring");
        var found = (await tenant.SearchAsync(new { query = "quadruplicate invoices", mode = "keyword" })).Results();
        Assert.Equal([rare, common], found.Select(r => r.Id()));
        Assert.True((double)found[0]["score"]! > (double)found[1]["score"]!);
        Assert.Equal(rare, (await tenant.SearchAsync(new { query = "quadruplicate invoices" })).Results()[0].Id());
        Assert.Empty((await tenant.SearchAsync(new { query = "zeppelin", mode = "keyword" })).Results());
    }

    [Fact]
    public async Task What_was_answered_for_is_found_and_what_was_deleted_is_not()
    {
        var tenant = host.NewTenant();
        for (var i = 0; i < 5; i++)
        {
            var id = await tenant.ChunkAsync($"fleeting word{i}");
            Assert.Equal(id, (await tenant.SearchAsync(new { query = $"word{i}", mode = "keyword" })).Results().Single().Id());
            using var deleted = await tenant.Client.DeleteAsync($"/api/knowledge/{id}");
            Assert.Empty((await tenant.SearchAsync(new { query = $"word{i}", mode = "keyword" })).Results());
        }
    }

    [Fact]
    public async Task A_document_is_found_by_its_things_its_labels_and_its_own_id_and_follows_its_changes()
    {
        var tenant = host.NewTenant();
        var thing = Guid.NewGuid();
        var document = await tenant.DocumentAsync("Refunds", "Refunds are paid within fourteen days.", "topic:money");
        await tenant.DocumentAsync("Other", "Refunds of deposits take a year.");
        await tenant.Client.PostAsync("/api/knowledge/links", new { thingId = thing, knowledgeId = document, role = "summary" }, 201);
        foreach (var where in new object[]
        {
            new { query = "refunds", documentId = document }, new { query = "refunds", thingId = thing }, new { query = "refunds", labels = new[] { "topic:money" } },
        })
        {
            Assert.Equal(document, (await tenant.SearchAsync(where)).Results().Single().Id("documentId"));
        }

        using var replaced = await tenant.Client.PutAsync($"/api/knowledge/documents/{document}", Json(new { title = "Refunds", text = "Vouchers replace them." }));
        await tenant.Client.FinishedAsync(await replaced.ReadAsync(202));
        Assert.DoesNotContain((await tenant.SearchAsync(new { query = "refunds", mode = "keyword" })).Results(), r => r.Id("documentId") == document);
        Assert.Equal(document, (await tenant.SearchAsync(new { query = "vouchers", mode = "keyword" })).Results().Single().Id("documentId"));
    }

    [Fact]
    public async Task Similar_rows_are_those_of_the_nearest_vectors_and_of_the_same_group()
    {
        var (tenant, stranger) = (host.NewTenant(), host.NewTenant());
        var asked = await tenant.ChunkAsync("bicycle repair in the workshop");
        var near = await tenant.ChunkAsync("repairing bicycles in workshops");
        await tenant.ChunkAsync("the choir sings on Sundays");
        await stranger.ChunkAsync("bicycle repair in the workshop");
        var similar = await tenant.Client.GetAsync($"/api/knowledge/{asked}/similar?limit=5", 200);
        Assert.Equal(near, similar.Results()[0].Id());
        Assert.All(similar.Results(), r => Assert.Equal(tenant.Group, r.Id("groupId")));
    }

    [Fact]
    public async Task Two_tenants_with_the_same_documents_see_their_own_by_every_way_in()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        const string Text = "The secret of the kiln is patience. Fire it slowly and let it cool for two days.";
        var documents = new Dictionary<Guid, Guid>();
        foreach (var tenant in new[] { one, other })
        {
            documents[tenant.Group] = await tenant.DocumentAsync("Kilns", Text);
        }

        foreach (var tenant in new[] { one, other })
        {
            var own = documents[tenant.Group];
            foreach (var mode in new[] { "hybrid", "vector", "keyword" })
            {
                var found = await tenant.SearchAsync(new { query = "secret of the kiln", mode, scope = "subtree", limit = 100 });
                Assert.Equal(own, Assert.Single(found.Results()).Id("documentId"));
            }

            Assert.Empty((await tenant.Client.GetAsync($"/api/knowledge/{own}/similar", 200)).Results());
            var answer = await tenant.Client.PostAsync("/api/ai/generate", new { prompt = "What is the secret of the kiln?" }, 200);
            Assert.Equal(own, Assert.Single(answer["sources"]!.AsArray())!.Id("documentId"));
            var chat = new { id = "kilns", messages = new[] { new { id = "1", role = "user", parts = new[] { new { type = "text", text = "What is the secret of the kiln?" } } } } };
            using var streamed = await tenant.Client.PostAsync("/api/ai/chat", Json(chat));
            var sources = StreamingAnswers.Chunks(await streamed.Content.ReadAsStringAsync()).Where(c => StreamingAnswers.TypeOf(c) == "source-document").ToList();
            Assert.Equal(own, Assert.Single(sources)["providerMetadata"]!["oneplatform"]!.Id("documentId"));
        }

        await one.Client.GetAsync($"/api/knowledge/{documents[other.Group]}/similar", 404);
    }

    private static async Task<List<(Guid Id, int N, float[] Vector)>> VectorsAsync(Tenant tenant, Random random, int count = Rows)
    {
        var rows = new List<(Guid Id, int N, float[] Vector)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count).Select(n => (N: n, Vector: VectorOf(random))).ToList(), async (row, _) =>
        {
            var created = await tenant.Client.PostAsync(
                "/api/knowledge",
                new { type = "vector_only", embedding = row.Vector, metadata = new { n = row.N }, labels = new[] { $"tenth:{row.N % 10}" } }, 201);
            lock (rows)
            {
                rows.Add((created.Id(), row.N, row.Vector));
            }
        });
        return rows;
    }

    private static StringContent Json(object body)
        => new(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    private static float[] VectorOf(Random random) => [.. Enumerable.Range(0, Dimensions).Select(_ => (float)((random.NextDouble() * 2) - 1))];

    private static List<Guid> Nearest(IEnumerable<(Guid Id, int N, float[] Vector)> rows, float[] query)
        => [.. rows.OrderByDescending(r => Cosine(r.Vector, query)).Take(10).Select(r => r.Id)];

    private static double Cosine(float[] a, float[] b)
        => a.Zip(b).Sum(p => (double)p.First * p.Second) / Math.Sqrt(a.Sum(x => (double)x * x) * b.Sum(x => (double)x * x));
}

[Trait("Proof", "P7")]
public sealed class SearchingByTheBuiltInIndex(KnowledgeHost host) : SearchingByEitherIndex(host), IClassFixture<KnowledgeHost>;

[Trait("Proof", "P7")]
public sealed class SearchingByQdrant(QdrantKnowledgeHost host) : SearchingByEitherIndex(host.Knowledge), IClassFixture<QdrantKnowledgeHost>
{
    [Fact]
    public async Task While_Qdrant_is_away_search_says_so_ingestion_goes_on_and_afterwards_all_is_found()
    {
        var tenant = host.Knowledge.NewTenant();
        await tenant.ChunkAsync("before the outage");
        Assert.Single((await tenant.SearchAsync(new { query = "outage", mode = "keyword" })).Results());
        host.Qdrant.IsAway = true;
        await tenant.DocumentAsync("During", "Written during the outage.");
        using (var refused = await tenant.Client.PostAsync("/api/knowledge/search", Json(new { query = "outage" })))
        {
            var problem = await refused.ReadAsync(503);
            Assert.Equal("service_unavailable", (string?)problem["code"]);
            Assert.NotNull(refused.Headers.RetryAfter);
        }

        host.Qdrant.IsAway = false;
        Assert.Equal(2, (await tenant.SearchAsync(new { query = "outage", mode = "keyword" })).Results().Count);
        Assert.Equal(2, host.Qdrant.PointsOf(tenant.Group));
    }

    [Fact]
    public async Task What_Qdrant_lost_is_put_in_again()
    {
        var (tenant, other) = (host.Knowledge.NewTenant(), host.Knowledge.NewTenant());
        await tenant.ChunkAsync("kept in the database");
        await other.ChunkAsync("kept as well");
        await tenant.SearchAsync(new { query = "kept" });
        await other.SearchAsync(new { query = "kept" });
        host.Qdrant.LoseEverything();
        Assert.Single((await tenant.SearchAsync(new { query = "kept", mode = "keyword" })).Results());
        Assert.Single((await other.SearchAsync(new { query = "kept", mode = "keyword" })).Results());

        // A writer comes first: the collection it makes anew must not pass for what the others had.
        host.Qdrant.LoseEverything();
        await tenant.ChunkAsync("kept after the loss");
        Assert.Equal(2, (await tenant.SearchAsync(new { query = "kept", mode = "keyword" })).Results().Count);
        Assert.Single((await other.SearchAsync(new { query = "kept", mode = "keyword" })).Results());
    }

    [Fact]
    public async Task Between_searches_Qdrant_follows_by_itself()
    {
        var tenant = host.Knowledge.NewTenant();
        await tenant.ChunkAsync("nobody asks for this");
        await Eventually.TrueAsync(() => Task.FromResult(host.Qdrant.PointsOf(tenant.Group) == 1));
    }

    [Fact]
    public async Task The_key_is_sent_and_every_request_is_one_that_Qdrant_documents()
    {
        var tenant = host.Knowledge.NewTenant();
        await tenant.ChunkAsync("documented");
        using var answer = await tenant.Client.PostAsync("/api/knowledge/search", Json(new { query = "documented" }));
        Assert.Empty(host.Qdrant.Faults);
        await answer.ReadAsync(200);
        Assert.NotEmpty(host.Qdrant.Requests);
    }

    private static StringContent Json(object body) => new(JsonObjectOf(body), System.Text.Encoding.UTF8, "application/json");

    private static string JsonObjectOf(object body) => System.Text.Json.JsonSerializer.SerializeToNode(body)!.AsObject().ToJsonString();
}
