using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.ServiceDefaults;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

/// <summary>What the service does to its index by itself.</summary>
public sealed class KeepingTheIndexFresh(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task While_removals_are_forgotten_no_copy_keeps_a_row_that_is_gone()
    {
        await using var pruning = host.StartAnother(settings: [("Index:PruneAt", "1"), ("Index:PruneInterval", "00:00:00.001")]);
        await using var another = host.StartAnother();
        var tenant = host.NewTenant();
        using var second = another.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), tenant.Group));
        var kept = await tenant.ChunkAsync("kept word");
        for (var i = 0; i < 40; i++)
        {
            var id = await tenant.ChunkAsync($"passing word {i}");
            await second.PostAsync("/api/knowledge/search", new { query = "word", mode = "keyword" }, 200);
            using var deleted = await tenant.Client.DeleteAsync($"/api/knowledge/{id}");
            var found = await second.PostAsync("/api/knowledge/search", new { query = "word", mode = "keyword" }, 200);
            Assert.Equal(kept, Assert.Single(found.Results()).Id());
            Assert.Equal([kept], await IdsOfCopyAsync(another.Services, tenant.Group));
        }

        await Eventually.TrueAsync(async ()
            => await host.Database.ScalarAsync<long>("select count(*) from index_entries where group_id = $1 and removed", tenant.Group) == 0);
        Assert.Equal([kept], await IdsOfCopyAsync(another.Services, tenant.Group));
    }

    [Fact]
    public async Task After_a_change_of_the_model_rows_get_vectors_of_the_new_one_and_those_that_callers_brought_stay()
    {
        var tenant = host.NewTenant();
        var document = await tenant.DocumentAsync("Apples", "Apples keep in a cellar.");
        var chunk = await tenant.ChunkAsync("Bananas do not.");
        var brought = (await tenant.Client.PostAsync("/api/knowledge", new { type = "vector_only", embedding = new[] { 1, 2, 3 } }, 201)).Id();

        await using var model = await FakeModel.StartAsync();
        Enumerable.Repeat(503, 2).ToList().ForEach(model.Refusals.Enqueue);
        await using var changed = host.StartAnother(settings:
            [("Embedding:Endpoint", model.Address), ("Embedding:Model", "e"), ("Embedding:Dimensions", "8")]);
        using var client = changed.ClientWith(host.Tokens.ForPerson(Guid.NewGuid(), tenant.Group));

        // By its words it is found all along.
        Assert.Equal(document, (await client.PostAsync("/api/knowledge/search", new { query = "cellar", mode = "keyword" }, 200)).Results().Single().Id("documentId"));
        await Eventually.TrueAsync(async () => await host.Database.ScalarAsync<long>(
            "select count(*) from index_entries where group_id = $1 and not removed and embedding_model = 'e'", tenant.Group) == 2);

        // The model knows first letters.
        Assert.Equal(document, (await client.PostAsync("/api/knowledge/search", new { query = "A fruit", mode = "vector" }, 200)).Results()[0].Id("documentId"));
        Assert.Equal(chunk, (await client.PostAsync("/api/knowledge/search", new { query = "B fruit", mode = "vector" }, 200)).Results()[0].Id());
        Assert.Equal(brought, (await client.PostAsync("/api/knowledge/search", new { embedding = new[] { 1, 2, 3 } }, 200)).Results().Single().Id());
        Assert.Equal("e", (string?)(await client.GetAsync($"/api/knowledge/{chunk}", 200))["embeddingModel"]);
    }

    private static async Task<IEnumerable<Guid>> IdsOfCopyAsync(IServiceProvider services, Guid group)
    {
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActIn(group);
        var (_, index) = Assert.Single(await scope.ServiceProvider.GetRequiredService<IndexReader>().OpenAsync([group], CancellationToken.None));
        return index.Ids;
    }
}
