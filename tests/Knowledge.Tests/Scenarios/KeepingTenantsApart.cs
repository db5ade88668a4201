using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OnePlatform.Knowledge.Data;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

[Trait("Proof", "P1")]
public sealed class KeepingTenantsApart(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    private const string Text = "The secret of the kiln is patience. Fire it slowly and let it cool for two days.";

    [Theory]
    [InlineData("""{"query":"secret of the kiln"}""")]
    [InlineData("""{"query":"secret of the kiln","mode":"vector"}""")]
    [InlineData("""{"query":"secret of the kiln","mode":"keyword"}""")]
    [InlineData("""{"query":"secret of the kiln","scope":"subtree"}""")]
    public async Task The_same_document_of_two_tenants_is_found_by_each_once(string body)
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var own = await one.DocumentAsync("Kilns", Text);
        await other.DocumentAsync("Kilns", Text);

        using var answer = await one.Client.PostAsync("/api/knowledge/search", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        var found = Assert.Single((await answer.ReadAsync(200)).Results());
        Assert.Equal(own, found.Id("documentId"));
        Assert.Equal(one.Group, found.Id("groupId"));
    }

    [Fact]
    public async Task Answers_lists_labels_and_jobs_show_nothing_of_another_tenant()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var accepted = await one.Client.PostAsync("/api/knowledge/documents", new { title = "Kilns", text = Text, labels = new[] { "topic:kilns" } }, 202);
        await one.Client.FinishedAsync(accepted);

        var answer = await other.Client.PostAsync("/api/ai/generate", new { prompt = "What is the secret of the kiln?" }, 200);
        Assert.Empty(answer["sources"]!.AsArray());
        Assert.DoesNotContain("patience", (string)answer["text"]!, StringComparison.Ordinal);
        Assert.Empty((await other.Client.GetAsync("/api/knowledge", 200)).Results());
        Assert.Empty((await other.Client.GetAsync("/api/knowledge?includeArchived=true&scope=subtree", 200)).Results());
        Assert.Empty((await other.Client.GetAsync("/api/knowledge/labels", 200)).Results());
        Assert.Empty((await other.SearchAsync(new { query = "kiln", documentId = accepted.Id("documentId") })).Results());
    }

    [Fact]
    public async Task What_is_anothers_answers_like_what_is_not_there()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var accepted = await one.Client.PostAsync("/api/knowledge/documents", new { title = "Kilns", text = Text }, 202);
        foreach (var id in new[] { accepted.Id("documentId"), Guid.NewGuid() })
        {
            Assert.Equal("not_found", (string?)(await other.Client.GetAsync($"/api/knowledge/{id}", 404))["code"]);
            using var deleted = await other.Client.DeleteAsync($"/api/knowledge/{id}");
            Assert.Equal("not_found", (string?)(await deleted.ReadAsync(404))["code"]);
        }

        await other.Client.GetAsync($"/api/knowledge/jobs/{accepted.Id("jobId")}", 404);
        await other.Client.GetAsync($"/api/knowledge/jobs/{accepted.Id("jobId")}/stream", 404);
        await one.Client.GetAsync($"/api/knowledge/{accepted.Id("documentId")}", 200);
    }

    [Fact]
    public async Task Every_table_has_a_forced_policy()
    {
        var open = await host.Database.ScalarAsync<string>(
            """
            select string_agg(c.relname, ', ') from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relname <> '__EFMigrationsHistory'
                and not (c.relrowsecurity and c.relforcerowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))
            """);
        Assert.Null(open);
    }

    [Theory]
    [InlineData("knowledge")]
    [InlineData("index_entries")]
    [InlineData("index_state")]
    [InlineData("ingestion_jobs")]
    public async Task A_query_without_its_predicate_still_sees_one_tenant(string table)
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        await one.DocumentAsync("Kilns", Text);
        await other.DocumentAsync("Kilns", Text);
        var scope = new TenantScope();
        scope.ActIn(one.Group);
        await using var connection = await host.Services.GetRequiredService<TenantSessions>().OpenAsync(scope, CancellationToken.None);
        await using var command = new NpgsqlCommand($"select count(distinct group_id) from {table}", connection);
        Assert.Equal(1L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_model_has_no_change_without_a_migration()
    {
        await using var scope = host.Services.CreateAsyncScope();
        Assert.False(scope.ServiceProvider.GetRequiredService<KnowledgeDb>().Database.HasPendingModelChanges());
    }

    [Theory]
    [InlineData("knowledge:read", "/api/knowledge", """{"type":"label","text":"a"}""")]
    [InlineData("knowledge:read", "/api/knowledge/documents", """{"title":"a","text":"b"}""")]
    [InlineData("knowledge:write", "/api/ai/generate", """{"prompt":"a"}""")]
    [InlineData("knowledge:write", "/api/knowledge/embed", """{"texts":["a"]}""")]
    [InlineData("things:*", "/api/knowledge/search", """{"query":"a"}""")]
    public async Task A_key_without_the_scope_is_refused(string scopes, string path, string body)
    {
        using var client = host.AsKey(Guid.NewGuid(), scopes);
        using var answer = await client.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal("insufficient_scope", (string?)(await answer.ReadAsync(403))["code"]);
    }

    [Fact]
    public async Task A_customer_has_no_knowledge()
    {
        using var client = host.As(Guid.NewGuid(), Guid.NewGuid(), Role.Customer);
        Assert.Equal("insufficient_role", (string?)(await client.GetAsync("/api/knowledge", 403))["code"]);
    }
}
