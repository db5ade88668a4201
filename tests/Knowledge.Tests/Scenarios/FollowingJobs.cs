using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using OnePlatform.Knowledge.Tests.Hosting;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class FollowingJobs(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task A_job_is_told_of_whenever_it_changes_until_it_ends()
    {
        await using var model = await FakeModel.StartAsync();
        var own = new KnowledgeHost
        {
            Settings = [("Embedding:Endpoint", model.Address), ("Embedding:Model", "e"), ("Embedding:Dimensions", "8"), ("Ingestion:Backoff", "00:00:00.1")],
        };
        await own.InitializeAsync();
        var tenant = own.NewTenant();
        Enumerable.Repeat(503, 4).ToList().ForEach(model.Refusals.Enqueue);
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "A", text = "Apples keep in a cellar." }, 202);

        using var answer = await tenant.Client.GetAsync(
            new Uri($"/api/knowledge/jobs/{accepted.Id("jobId")}/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no", answer.Headers.GetValues("x-accel-buffering").Single());
        var told = new List<JsonNode>();
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            Assert.Equal("job", item.EventType);
            told.Add(JsonNode.Parse(item.Data)!);
        }

        Assert.Equal("completed", (string?)told[^1]["state"]);
        Assert.Equal(1, (int)told[^1]["progress"]!["added"]!);
        Assert.All(told.SkipLast(1), job => Assert.Contains((string?)job["state"], new[] { "queued", "running" }));
        Assert.Equal(told.Count, told.Select(job => job.ToJsonString()).Distinct().Count());

        // What is over is told once.
        var after = await tenant.Client.GetStringAsync($"/api/knowledge/jobs/{accepted.Id("jobId")}/stream");
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(after, "data: "));
        await own.DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_waits_long_shows_its_follower_that_the_stream_lives()
    {
        // Without a broker, nobody takes the job before its event is a day late.
        var own = new KnowledgeHost { Settings = [("Ingestion:Patience", "1.00:00:00"), ("Ingestion:Heartbeat", "00:00:00.100")] };
        await own.InitializeAsync();
        var tenant = own.NewTenant();
        var accepted = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "A", text = "Apples keep in a cellar." }, 202);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        using var answer = await tenant.Client.GetAsync(
            new Uri($"/api/knowledge/jobs/{accepted.Id("jobId")}/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(deadline.Token));
        for (var heartbeats = 0; heartbeats < 2;)
        {
            heartbeats += await reader.ReadLineAsync(deadline.Token) == ": heartbeat" ? 1 : 0;
        }

        await own.Database.ScalarAsync<int>("update ingestion_jobs set state = 'failed', error_code = 'superseded' where id = $1", accepted.Id("jobId"));
        var rest = await reader.ReadToEndAsync(deadline.Token);
        Assert.Equal("superseded", (string?)JsonNode.Parse(rest[(rest.IndexOf("data: ", StringComparison.Ordinal) + 6)..])!["error"]!["code"]);
        await own.DisposeAsync();
    }

    [Fact]
    public async Task A_job_of_nobody_or_of_another_tenant_is_not_there()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var accepted = await one.Client.PostAsync("/api/knowledge/documents", new { title = "A", text = "Apples." }, 202);
        foreach (var id in new[] { accepted.Id("jobId"), Guid.NewGuid() })
        {
            Assert.Equal("not_found", (string?)(await other.Client.GetAsync($"/api/knowledge/jobs/{id}/stream", 404))["code"]);
        }
    }
}
