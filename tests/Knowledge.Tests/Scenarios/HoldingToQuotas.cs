using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Tenancy;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class HoldingToQuotas(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task A_full_group_takes_no_more_by_any_way_until_something_goes_and_is_read_as_before()
    {
        var (tenant, other) = (host.NewTenant(), host.NewTenant());
        await host.AddGroupAsync([tenant.Group], """{"Knowledge": 3}""");
        var document = await tenant.DocumentAsync("Shore", "Amber lies at the shore.");
        var last = await tenant.ChunkAsync("Basalt stands in columns.");

        foreach (var (method, path, body) in new (HttpMethod, string, object)[]
        {
            (HttpMethod.Post, "/api/knowledge", new { type = "chunk", text = "More?" }),
            (HttpMethod.Post, "/api/knowledge", new { type = "label", text = "More?" }),
            (HttpMethod.Post, "/api/knowledge", new { type = "document", text = "More?" }),
            (HttpMethod.Post, "/api/knowledge/documents", new { title = "More", text = "More?" }),
            (HttpMethod.Put, $"/api/knowledge/documents/{document}", new { title = "More", text = "More and more of it." }),
            (HttpMethod.Post, "/api/knowledge/embed", new { texts = new[] { "More?" }, store = true }),
            (HttpMethod.Post, "/api/ai/embed", new { texts = new[] { "More?" }, store = true }),
        })
        {
            using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
            await RefusedAsync(await tenant.Client.SendAsync(request));
        }

        using var file = new ByteArrayContent(Encoding.UTF8.GetBytes("More?")) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } };
        using var form = new MultipartFormDataContent { { file, "file", "more.txt" } };
        await RefusedAsync(await tenant.Client.PostAsync("/api/knowledge/documents", form));

        Assert.Equal(3, await host.Database.ScalarAsync<long>("select count(*) from knowledge where group_id = $1", tenant.Group));
        await tenant.Client.PostAsync("/api/ai/embed", new { texts = new[] { "Not stored" } }, 200);
        Assert.Contains((await tenant.SearchAsync(new { query = "amber" })).Results(), r => (string?)r["documentId"] == document.ToString());
        await other.ChunkAsync("Another group has room.");

        using var gone = await tenant.Client.DeleteAsync($"/api/knowledge/{last}");
        await gone.ReadAsync(204);
        await tenant.ChunkAsync("There is room again.");
    }

    [Fact]
    public async Task A_group_is_held_to_the_bytes_that_a_group_above_it_may_have()
    {
        var (tenant, above) = (host.NewTenant(), Guid.NewGuid());
        await host.AddGroupAsync([above], """{"StorageBytes": 3000}""");
        await host.AddGroupAsync([above, tenant.Group], """{"StorageBytes": 1000000}""");
        await tenant.ChunkAsync("A chunk takes a KiB, and eight bytes for each number of its vector.");
        var problem = await tenant.Client.PostAsync("/api/knowledge", new { type = "label", text = "More?" }, 403);
        Assert.Contains("of at most 3000 bytes", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_a_thing_takes_no_room_for_the_thing_is_counted()
    {
        var tenant = host.NewTenant();
        await host.AddGroupAsync([tenant.Group], """{"Knowledge": 2}""");
        await tenant.ChunkAsync("Basalt stands in columns.");
        await host.Database.ScalarAsync<int>("update knowledge set follows_thing = true where group_id = $1", tenant.Group);
        await tenant.ChunkAsync("Amber lies at the shore.");
        await tenant.ChunkAsync("Chalk breaks off the cliff.");
        await tenant.Client.PostAsync("/api/knowledge", new { type = "label", text = "More?" }, 403);
    }

    [Fact]
    public async Task What_lies_there_is_told_whenever_it_is_another_amount()
    {
        var tenant = host.NewTenant();
        var chunk = await tenant.ChunkAsync("Basalt stands in columns.");
        var measuring = ActivatorUtilities.CreateInstance<MeasureStorage>(host.Services);
        await measuring.RunAsync(CancellationToken.None);
        var first = await ToldAsync(tenant);
        Assert.Equal(1, Assert.Single(first, l => l.Metric == "knowledge").Amount);
        Assert.InRange(Assert.Single(first, l => l.Metric == "storage").Amount, 1024 + 25, 8 * 1024);

        Assert.Equal(0, await measuring.RunAsync(CancellationToken.None));

        using var gone = await tenant.Client.DeleteAsync($"/api/knowledge/{chunk}");
        Assert.Equal(2, await measuring.RunAsync(CancellationToken.None));
        Assert.Equal([("knowledge", 0), ("storage", 0)], (await ToldAsync(tenant))[2..].Order());
    }

    private static async Task RefusedAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal("quota_exceeded", (string?)(await answer.ReadAsync(403))["code"]);
        }
    }

    // Each once: the instance under test measures by itself, too.
    private async Task<List<(string Metric, long Amount)>> ToldAsync(Tenant tenant)
        => [.. (await host.UsageAsync(tenant.Group)).Select(u => (u.Metric, u.Amount)).Distinct()];
}
