using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Tests.Hosting;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class ForgettingWhatIsOver(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task Jobs_long_over_go_and_the_last_one_of_a_document_stays()
    {
        var tenant = host.NewTenant();
        var old = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "A", text = "Apples keep in a cellar." }, 202);
        await tenant.Client.FinishedAsync(old);
        var last = await ReplaceAsync(tenant, old.Id("documentId"), "Apples keep in a loft.");
        var lately = await ReplaceAsync(tenant, await tenant.DocumentAsync("B", "Bananas do not."), "Bananas never do.");
        var orphan = await tenant.Client.PostAsync("/api/knowledge/documents", new { title = "C", text = "Cherries do." }, 202);
        await tenant.Client.FinishedAsync(orphan);
        using var deleted = await tenant.Client.DeleteAsync($"/api/knowledge/{orphan.Id("documentId")}");
        await host.Database.ScalarAsync<int>(
            "update ingestion_jobs set updated_at = now() - interval '31 days' where group_id = $1 and document_id <> $2", tenant.Group, lately.Id("documentId"));

        await ForgetAsync();

        await tenant.Client.GetAsync($"/api/knowledge/jobs/{old.Id("jobId")}", 404);
        await tenant.Client.GetAsync($"/api/knowledge/jobs/{orphan.Id("jobId")}", 404);
        await tenant.Client.GetAsync($"/api/knowledge/jobs/{last.Id("jobId")}", 200);
        Assert.Equal(2, await host.Database.ScalarAsync<long>("select count(*) from ingestion_jobs where document_id = $1", lately.Id("documentId")));
    }

    [Fact]
    public async Task Lines_of_an_answer_go_an_hour_after_its_end_and_the_chat_stays()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        foreach (var tenant in new[] { one, other })
        {
            using var answer = await tenant.Client.PostAsJsonAsync(
                "/api/ai/chat", new { id = "c", message = new { id = "1", role = "user", parts = new[] { new { type = "text", text = "Where do apples keep?" } } } });
            await answer.Content.ReadAsStringAsync();
        }

        await host.Database.ScalarAsync<int>("update chat_answers set updated_at = now() - interval '61 minutes' where group_id = $1", one.Group);

        await ForgetAsync();

        Assert.Equal(0, await LinesAsync(one));
        Assert.NotEqual(0, await LinesAsync(other));
        await one.Client.GetAsync("/api/ai/chat/c", 200);
    }

    private Task ForgetAsync() => host.Services.GetRequiredService<ForgetWhatIsOver>().RoundAsync(CancellationToken.None);

    private Task<long> LinesAsync(Tenant tenant) => host.Database.ScalarAsync<long>("select count(*) from chat_answer_lines where group_id = $1", tenant.Group);

    private static async Task<JsonObject> ReplaceAsync(Tenant tenant, Guid document, string text)
    {
        using var answer = await tenant.Client.PutAsJsonAsync($"/api/knowledge/documents/{document}", new { title = "A", text });
        var accepted = await answer.ReadAsync(202);
        await tenant.Client.FinishedAsync(accepted);
        return accepted;
    }
}
