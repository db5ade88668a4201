using OnePlatform.Knowledge.Tests.Hosting;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

public sealed class LinkingKnowledge(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    [Fact]
    public async Task A_linked_document_is_found_with_its_thing_until_the_link_is_taken_away()
    {
        var tenant = host.NewTenant();
        var thing = Guid.NewGuid();
        var id = await tenant.DocumentAsync("Looms", "A rigid heddle loom weaves a scarf in an evening.");
        Assert.Empty((await tenant.SearchAsync(new { query = "loom", thingId = thing })).Results());

        await tenant.Client.PostAsync("/api/knowledge/links", new { thingId = thing, knowledgeId = id, role = "summary" }, 201);
        Assert.Equal("link_exists", (string?)(await tenant.Client.PostAsync("/api/knowledge/links", new { thingId = thing, knowledgeId = id, role = "summary" }, 409))["code"]);
        Assert.Single((await tenant.SearchAsync(new { query = "loom", thingId = thing })).Results());
        Assert.Equal(1, await host.EventsAsync(tenant.Group, "knowledge_linked"));

        using var removed = await tenant.Client.DeleteAsync($"/api/knowledge/links?thingId={thing}&knowledgeId={id}&role=summary");
        Assert.Equal(204, (int)removed.StatusCode);
        using var again = await tenant.Client.DeleteAsync($"/api/knowledge/links?thingId={thing}&knowledgeId={id}&role=summary");
        Assert.Equal(404, (int)again.StatusCode);
        Assert.Empty((await tenant.SearchAsync(new { query = "loom", thingId = thing })).Results());
    }

    [Fact]
    public async Task What_is_absent_or_anothers_cannot_be_linked()
    {
        var (one, other) = (host.NewTenant(), host.NewTenant());
        var id = await one.DocumentAsync("Looms", "A rigid heddle loom weaves a scarf in an evening.");
        await other.Client.PostAsync("/api/knowledge/links", new { thingId = Guid.NewGuid(), knowledgeId = id, role = "summary" }, 404);
        await one.Client.PostAsync("/api/knowledge/links", new { thingId = Guid.NewGuid(), knowledgeId = Guid.NewGuid(), role = "summary" }, 404);
        await one.Client.PostAsync("/api/knowledge/links", new { thingId = Guid.NewGuid(), knowledgeId = id, role = "friend" }, 400);
        await one.Client.PostAsync("/api/knowledge/links", new { knowledgeId = id, role = "summary" }, 400);
    }

    [Fact]
    public async Task What_is_similar_is_near_in_words_and_never_the_thing_itself()
    {
        var tenant = host.NewTenant();
        var looms = await tenant.DocumentAsync("Looms", "A rigid heddle loom weaves a woollen scarf in an evening.");
        var scarves = await tenant.DocumentAsync("Scarves", "The scarf was woven of wool on a heddle loom.");
        await tenant.DocumentAsync("Kilns", "Stoneware is fired at cone six in an electric kiln.");

        var similar = (await tenant.Client.GetAsync($"/api/knowledge/{looms}/similar?limit=2", 200)).Results();

        Assert.Equal(2, similar.Count);
        Assert.Equal(scarves, similar[0].Id("documentId"));
        Assert.DoesNotContain(similar, r => r.Id("documentId") == looms);
        var chunk = (await tenant.Client.GetAsync($"/api/knowledge?documentId={looms}", 200)).Results()[0].Id();
        Assert.Equal(scarves, (await tenant.Client.GetAsync($"/api/knowledge/{chunk}/similar", 200)).Results()[0].Id("documentId"));
        await host.NewTenant().Client.GetAsync($"/api/knowledge/{looms}/similar", 404);
        await tenant.Client.GetAsync($"/api/knowledge/{Guid.NewGuid()}/similar", 404);
        await tenant.Client.GetAsync($"/api/knowledge/{looms}/similar?limit=0", 400);
    }
}
