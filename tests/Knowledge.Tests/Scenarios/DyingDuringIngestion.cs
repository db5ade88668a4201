using System.Net.Http.Headers;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

[Trait("Proof", "P8")]
public sealed class DyingDuringIngestion : IAsyncLifetime
{
    private const int BatchSize = 4;

    // Looks for no jobs itself: the processes do.
    private readonly KnowledgeHost _host = new() { Settings = [("Ingestion:PollInterval", "1.00:00:00")] };
    private FakeModel _model = null!;

    public async Task InitializeAsync()
    {
        _model = await FakeModel.StartAsync();
        await _host.InitializeAsync();
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _model.DisposeAsync();
    }

    [Fact]
    public async Task After_kill_9_between_two_batches_another_process_finishes_the_document_and_no_chunk_is_lost_or_doubled()
    {
        var tenant = _host.NewTenant();
        _model.EmbedsUntilSilence = 2 * BatchSize;
        var text = string.Join("\n\n", Enumerable.Range(0, 60).Select(
            n => $"## Section {n}\n\n" + string.Join(' ', Enumerable.Range(0, 60).Select(w => $"word{n}x{w}")) + "."));

        string accepted;
        await using (var dying = await StartAsync())
        {
            using var client = new HttpClient { BaseAddress = new Uri(dying.Address) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _host.Tokens.ForPerson(tenant.Person, tenant.Group));
            accepted = (await client.PostAsync("/api/knowledge/documents", new { title = "Long", text }, 202)).ToJsonString();
            await _model.FellSilent.Task.WaitAsync(TimeSpan.FromMinutes(1));
            await dying.KillAsync();
        }

        var job = System.Text.Json.Nodes.JsonNode.Parse(accepted)!.AsObject();
        var left = await tenant.Client.GetAsync($"/api/knowledge/jobs/{job.Id("jobId")}", 200);
        Assert.Equal(("running", 2 * BatchSize), ((string?)left["state"], (int)left["progress"]!["added"]!));

        _model.EmbedsUntilSilence = null;
        await using var living = await StartAsync();
        var finished = await tenant.Client.FinishedAsync(job);

        Assert.Equal(("completed", 2), ((string?)finished["state"], (int)finished["attempts"]!));
        Assert.Equal(2 * BatchSize, (int)finished["progress"]!["kept"]!);
        var chunks = (await tenant.Client.GetAsync($"/api/knowledge?documentId={job.Id("documentId")}&limit=200&sort=chunkIndex", 200)).Results();
        Assert.True(chunks.Count > 3 * BatchSize);
        Assert.Equal((int)finished["progress"]!["chunks"]!, chunks.Count);
        Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(c => (int)c["chunkIndex"]!));
        Assert.All(chunks, c => Assert.Equal(text[(int)c["start"]!..(int)c["end"]!], (string?)c["text"]));
        Assert.Equal(chunks.Count, await _host.Database.ScalarAsync<long>("select count(*) from index_entries where document_id = $1 and not removed", job.Id("documentId")));
        Assert.Equal(1, await _host.EventsAsync(tenant.Group, "knowledge_created"));
    }

    private Task<ServiceProcess> StartAsync() => ServiceProcess.StartAsync("OnePlatform.Knowledge.dll", new Dictionary<string, string?>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["ConnectionStrings:knowledgedb"] = _host.Database.ConnectionString,
        ["ConnectionStrings:rabbitmq"] = ServiceHost<Data.KnowledgeDb>.NoBroker,
        ["services:identity:http:0"] = _host.Tokens.Address,
        ["Querying:CursorKey"] = "a-key-for-tests-that-is-long-enough",
        ["Embedding:Endpoint"] = _model.Address,
        ["Embedding:Model"] = "e",
        ["Embedding:Dimensions"] = "8",
        ["Ingestion:BatchSize"] = $"{BatchSize}",
        ["Ingestion:Claim"] = "00:00:02",
        ["Ingestion:PollInterval"] = "00:00:00.05",
        ["Ingestion:Patience"] = "00:00:00.02",
    });
}
