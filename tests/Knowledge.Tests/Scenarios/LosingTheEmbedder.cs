using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Knowledge.Things;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

[Trait("Proof", "P8")]
public sealed class LosingTheEmbedder : IAsyncLifetime
{
    // As often as one batch of texts is tried at the endpoint.
    private const int Tries = 4;

    private FakeModel _model = null!;
    private KnowledgeHost _host = null!;

    public async Task InitializeAsync()
    {
        _model = await FakeModel.StartAsync();
        _host = new KnowledgeHost { Settings = [("Embedding:Endpoint", _model.Address), ("Embedding:Model", "e"), ("Embedding:Dimensions", "8")] };
        await _host.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task What_needs_a_vector_is_refused_by_name_and_what_needs_none_is_answered()
    {
        var tenant = _host.NewTenant();
        var known = await tenant.ChunkAsync("Apples keep in a cellar.");
        (string Path, object Body)[] needing =
        [
            ("/api/knowledge/search", new { query = "apples" }), ("/api/knowledge/embed", new { texts = new[] { "apples" } }),
            ("/api/knowledge", new { type = "chunk", text = "Pears do not." }), ("/api/ai/generate", new { prompt = "Where do apples keep?" }),
        ];
        Enumerable.Repeat(503, needing.Length * Tries).ToList().ForEach(_model.Refusals.Enqueue);
        await Task.WhenAll(needing.Select(async request =>
        {
            using var answer = await tenant.Client.PostAsJsonAsync(request.Path, request.Body);
            Assert.Equal("embedding_unavailable", (string?)(await answer.ReadAsync(503))["code"]);
            Assert.NotNull(answer.Headers.RetryAfter);
        }));
        Assert.Equal(known, (await tenant.SearchAsync(new { query = "apples", mode = "keyword" })).Results().Single().Id());

        _model.Refusals.Enqueue(401);
        var problem = await tenant.Client.PostAsync("/api/knowledge/search", new { query = "apples" }, 502);
        Assert.Equal("embedding_refused", (string?)problem["code"]);
        Assert.DoesNotContain("secret", problem.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(known, (await tenant.SearchAsync(new { query = "apples" })).Results().Single().Id());
        Assert.Equal(1, await _host.Database.ScalarAsync<long>("select count(*) from knowledge where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task A_thing_is_found_by_its_words_at_once_and_by_its_vector_when_the_endpoint_is_back()
    {
        var tenant = _host.NewTenant();
        var thing = new ThingSnapshot(
            Guid.NewGuid(), tenant.Group, "course", "Apple cellar", "active", JsonElement.Parse("{}"), TimeProvider.System.GetUtcNow(), 1);
        Enumerable.Repeat(503, Tries).ToList().ForEach(_model.Refusals.Enqueue);

        await _host.Services.GetRequiredService<ThingIntake>().KeepAsync([thing], CancellationToken.None);

        Assert.Empty(_model.Refusals);
        Assert.Equal(thing.Id, (await tenant.SearchAsync(new { query = "cellar", mode = "keyword" })).Results().Single().Id("thingId"));
        await Eventually.TrueAsync(async ()
            => (await tenant.SearchAsync(new { query = "A fruit", mode = "vector" })).Results() is [var hit] && hit.Id("thingId") == thing.Id);
    }
}
