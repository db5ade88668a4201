using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
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
        _host = new KnowledgeHost { Settings = [("Embedding:Endpoint", _model.Address), ("Embedding:Model", "e"), ("Embedding:Dimensions", "8"), ("Ingestion:Backoff", "00:00:00.1")] };
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

    [Theory]
    [InlineData("a page")]
    [InlineData("JSON of another shape")]
    [InlineData("a list of nothing")]
    [InlineData("no list")]
    [InlineData("one too many")]
    [InlineData("one too few")]
    [InlineData("an empty one")]
    public async Task What_is_no_vector_for_each_text_counts_as_an_endpoint_that_is_away(string answer)
    {
        var tenant = _host.NewTenant();
        var thing = new ThingSnapshot(
            Guid.NewGuid(), tenant.Group, "course", "Cherry cellar", "active", JsonElement.Parse("{}"), TimeProvider.System.GetUtcNow(), 1);

        Spoil(answer, times: 2);
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "A", text = "Apples keep in a cellar." }, 202);
        var job = await tenant.Client.FinishedAsync(accepted);
        Spoil(answer);
        var problem = await tenant.Client.PostAsync("/api/knowledge/search", new { query = "apples" }, 503);
        Spoil(answer);
        await _host.Services.GetRequiredService<ThingIntake>().KeepAsync([thing], CancellationToken.None);

        Assert.Equal(("completed", 3), ((string?)job["state"], (int)job["attempts"]!));
        Assert.Equal("embedding_unavailable", (string?)problem["code"]);
        Assert.Equal(2, (await tenant.SearchAsync(new { query = "cellar", mode = "keyword" })).Results().Count);
        await Eventually.TrueAsync(async () => (await tenant.SearchAsync(new { query = "A fruit", mode = "vector" })).Results().Count == 2);
        Assert.False(_host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Vectors_of_another_length_than_is_configured_are_named_and_not_stored()
    {
        var tenant = _host.NewTenant();
        Spoil("a short one", times: 2);

        var job = await tenant.Client.FinishedAsync(
            await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "A", text = "Apples keep in a cellar." }, 202));
        var problem = await tenant.Client.PostAsync("/api/knowledge/search", new { query = "apples" }, 502);

        Assert.Equal(("failed", "embedding_refused"), ((string?)job["state"], (string?)job["error"]!["code"]));
        Assert.Equal("embedding_refused", (string?)problem["code"]);
        Assert.Contains("4 dimensions where 8 are configured", (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal(0, await _host.Database.ScalarAsync<long>("select count(*) from knowledge where group_id = $1 and embedding_model is not null", tenant.Group));
    }

    [Fact]
    public async Task A_job_that_fails_as_nobody_expected_holds_up_no_other_and_ends_no_process()
    {
        var tenant = _host.NewTenant();
        var document = await tenant.DocumentAsync("A", "Apples keep in a cellar.");
        var job = await _host.Database.ScalarAsync<Guid>(
            """
            with broken as (update knowledge set blocks = '{1}' where id = $1 returning id, group_id)
            insert into ingestion_jobs (group_id, id, document_id, state, chunks, added, kept, removed, attempts, created_at, updated_at)
            select group_id, gen_random_uuid(), id, 'queued', 0, 0, 0, 0, 0, now(), now() from broken returning id
            """, document);
        await Eventually.TrueAsync(async () => (int)(await tenant.Client.GetAsync($"/api/knowledge/jobs/{job}", 200))["attempts"]! == 1);

        await tenant.DocumentAsync("B", "Bananas do not.");
        Assert.Equal("running", (string?)(await tenant.Client.GetAsync($"/api/knowledge/jobs/{job}", 200))["state"]);
        Assert.False(_host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    private void Spoil(string answer, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            if (answer switch { "a page" => "<!doctype html><title>Sign in</title>", "JSON of another shape" => """{"vectors":[[1]]}""", "no list" => "[]", _ => null } is { } page)
            {
                _model.Pages.Enqueue(page);
                continue;
            }

            _model.Changes.Enqueue(answer switch
            {
                "a list of nothing" => data => data.Clear(),
                "one too many" => data => data.Add(data[0]!.DeepClone()),
                "one too few" => data => data.RemoveAt(data.Count - 1),
                "an empty one" => data => data[0]!["embedding"] = "",
                _ => data => data[0]!["embedding"] = Convert.ToBase64String(new byte[4 * sizeof(float)]),
            });
        }
    }
}
