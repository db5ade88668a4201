using System.Net;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.ServiceDefaults;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class KeepingKnowledge(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task A_document_under_64_KiB_can_be_searched_when_its_post_returns()
    {
        var tenant = host.NewTenant();
        var created = await tenant.Client.PostAsync(
            "/api/knowledge", new { type = "document", title = "Looms", text = "# Looms\n\nA rigid heddle loom weaves a scarf in an evening." }, 201);

        Assert.Equal("document", (string?)created["type"]);
        Assert.Equal("markdown", (string?)created["format"]);
        Assert.Equal(created.Id(), (await tenant.SearchAsync(new { query = "weaving a scarf" })).Results()[0].Id("documentId"));
        var chunks = (await tenant.Client.GetAsync($"/api/knowledge?documentId={created.Id()}&type=chunk", 200)).Results();
        Assert.Equal("Looms", (string?)Assert.Single(chunks)["title"]);
    }

    [Fact]
    public async Task A_deleted_document_takes_its_chunks_and_its_place_in_search_with_it()
    {
        var tenant = host.NewTenant();
        var id = await tenant.DocumentAsync("Looms", "A rigid heddle loom weaves a scarf in an evening.");
        Assert.NotEmpty((await tenant.SearchAsync(new { query = "loom" })).Results());

        using var deleted = await tenant.Client.DeleteAsync($"/api/knowledge/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        Assert.Empty((await tenant.SearchAsync(new { query = "loom" })).Results());
        Assert.Empty((await tenant.Client.GetAsync("/api/knowledge", 200)).Results());
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from knowledge where group_id = $1", tenant.Group));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from index_entries where group_id = $1 and not removed", tenant.Group));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from ingestion_jobs where group_id = $1", tenant.Group));
        await tenant.Client.GetAsync($"/api/knowledge/{id}", 404);
    }

    [Fact]
    public async Task Deleting_twice_at_once_deletes_and_tells_once()
    {
        var tenant = host.NewTenant();
        var id = (await tenant.Client.PostAsync("/api/knowledge", new { type = "label", text = "topic:once" }, 201)).Id();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => tenant.Client.DeleteAsync($"/api/knowledge/{id}")));

        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.NoContent);
        Assert.Equal(7, answers.Count(a => a.StatusCode == HttpStatusCode.NotFound));
        Assert.Equal(1, await host.EventsAsync(tenant.Group, "knowledge_deleted"));
    }

    [Fact]
    public async Task A_colleague_reads_but_does_not_delete_and_an_owner_does_both()
    {
        var tenant = host.NewTenant();
        var id = (await tenant.Client.PostAsync("/api/knowledge", new { type = "label", text = "topic:mine" }, 201)).Id();
        using var colleague = host.As(Guid.NewGuid(), tenant.Group, Role.GroupUser);
        await colleague.GetAsync($"/api/knowledge/{id}", 200);
        using var refused = await colleague.DeleteAsync($"/api/knowledge/{id}");
        Assert.Equal("insufficient_role", (string?)(await refused.ReadAsync(403))["code"]);
        using var owner = host.As(Guid.NewGuid(), tenant.Group);
        using var deleted = await owner.DeleteAsync($"/api/knowledge/{id}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Lists_filter_by_type_label_and_metadata_and_go_page_by_page()
    {
        var tenant = host.NewTenant();
        foreach (var i in Enumerable.Range(0, 5))
        {
            await tenant.Client.PostAsync("/api/knowledge", new { type = "chunk", text = $"text {i}", labels = new[] { $"n:{i % 2}" }, metadata = new { i } }, 201);
        }

        await tenant.Client.PostAsync("/api/knowledge", new { type = "label", text = "skill:weaving" }, 201);
        Assert.Equal(3, (await tenant.Client.GetAsync("/api/knowledge?label=n:0", 200)).Results().Count);
        Assert.Single((await tenant.Client.GetAsync("/api/knowledge?type=label", 200)).Results());
        Assert.Equal(2, (await tenant.Client.GetAsync("/api/knowledge?filter=metadata.i%20>%202", 200)).Results().Count);
        var page = await tenant.Client.GetAsync("/api/knowledge?limit=4&sort=createdAt&count=exact", 200);
        Assert.Equal(6, (int)page["total"]!);
        var rest = await tenant.Client.GetAsync($"/api/knowledge?limit=4&sort=createdAt&cursor={Uri.EscapeDataString((string)page["cursor"]!)}", 200);
        Assert.Equal(6, page.Results().Concat(rest.Results()).Select(r => r.Id()).Distinct().Count());
        var labels = (await tenant.Client.GetAsync("/api/knowledge/labels", 200)).Results();
        Assert.Equal(["n:0", "n:1"], labels.Select(l => (string)l["label"]!));
    }

    [Fact]
    public async Task Texts_are_embedded_alike_each_time_and_stored_on_request()
    {
        var tenant = host.NewTenant();
        var first = await tenant.Client.PostAsync("/api/knowledge/embed", new { texts = new[] { "warp and weft", "the" } }, 200);
        var again = await tenant.Client.PostAsync("/api/ai/embed", new { texts = new[] { "warp and weft", "the" } }, 200);
        Assert.Equal(first["embeddings"]!.ToJsonString(), again["embeddings"]!.ToJsonString());
        Assert.Equal(384, first["embeddings"]![0]!.AsArray().Count);
        Assert.Equal(384, first["embeddings"]![1]!.AsArray().Count);

        var stored = await tenant.Client.PostAsync("/api/knowledge/embed", new { texts = new[] { "warp and weft" }, store = true }, 200);
        Assert.Equal(Guid.Parse((string)stored["ids"]![0]!), (await tenant.SearchAsync(new { query = "weft" })).Results()[0].Id());
    }

    [Theory]
    [InlineData("/api/knowledge", """{"type":"chunk"}""")]
    [InlineData("/api/knowledge", """{"type":"vector_only","text":"a"}""")]
    [InlineData("/api/knowledge", """{"type":"vector_only","embedding":[0,0]}""")]
    [InlineData("/api/knowledge", """{"type":"vector_only","embedding":[]}""")]
    [InlineData("/api/knowledge", """{"type":"poem","text":"a"}""")]
    [InlineData("/api/knowledge", """{"type":"document"}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","labels":[""]}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","labels":[null]}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","metadata":[1]}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","metadata":{"a":"\u0000"}}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","metadata":{"a":"\ud800"}}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","metadata":{"\u0000":1}}""")]
    [InlineData("/api/knowledge", """{"type":"label","text":"a","metadata":{"a":1e999}}""")]
    [InlineData("/api/knowledge/documents", """{"title":"a","text":"   "}""")]
    [InlineData("/api/knowledge/documents", """{"title":"a","text":"b","format":"rtf"}""")]
    [InlineData("/api/knowledge/documents", """{"title":"","text":"b"}""")]
    [InlineData("/api/knowledge/documents", """{"title":"a"}""")]
    [InlineData("/api/knowledge/documents", """{"title":"a","text":"b","thingId":"x"}""")]
    [InlineData("/api/knowledge/embed", """{"texts":[]}""")]
    [InlineData("/api/knowledge/embed", """{"texts":[""]}""")]
    [InlineData("/api/knowledge/embed", """{"texts":[null]}""")]
    [InlineData("/api/ai/generate", """{"prompt":""}""")]
    [InlineData("/api/ai/generate", """{"prompt":"a","context":"yes"}""")]
    [InlineData("/api/ai/generate", """{"prompt":"a","context":{"limit":0}}""")]
    [InlineData("/api/ai/generate", """{"prompt":"a","context":{"filter":"n >"}}""")]
    [InlineData("/api/ai/generate", """{"prompt":"a","context":{"group":"b"}}""")]
    [InlineData("/api/ai/generate", """{"prompt":"a","context":false}""")]
    [InlineData("/api/ai/search", """{"mode":"vector","embedding":[1,2]}""")]
    [InlineData("/api/knowledge/search", """{"query":"a","labels":[null]}""")]
    [InlineData("/api/knowledge/search", """{"query":"a","filter":"nothing = 1"}""")]
    public async Task Bad_input_is_a_problem_with_an_error_that_names_the_place(string path, string body)
    {
        var tenant = host.NewTenant();
        using var answer = await tenant.Client.PostAsync(path, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        var problem = await answer.ReadAsync(400);
        Assert.StartsWith("/", (string?)problem["errors"]![0]!["pointer"], StringComparison.Ordinal);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task Strange_characters_are_kept_as_far_as_they_can_be_stored()
    {
        var tenant = host.NewTenant();
        using var answer = await tenant.Client.PostAsync(
            "/api/knowledge", new StringContent("""{"type":"chunk","text":"weft\u0000 \ud83e\uddf6 ünïcode","labels":["a\u0000b"]}""", System.Text.Encoding.UTF8, "application/json"));
        var created = await answer.ReadAsync(201);
        Assert.Equal("weft\uFFFD 🧶 ünïcode", (string?)created["text"]);
    }
}
