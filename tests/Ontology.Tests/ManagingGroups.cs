using System.Net;
using System.Net.Http.Json;
using System.Text;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class ManagingGroups(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Whoever_makes_a_group_owns_and_lists_it()
    {
        var tenant = await host.TenantAsync();
        using var client = host.As(tenant.Person, group: null, Role.None);
        using var list = await client.GetAsync("/api/groups");
        Assert.Equal(tenant.Group.ToString(), (string?)Assert.Single((await list.OkAsync())["results"]!.AsArray())!["id"]);
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%group_created%' and body like $1", $"%{tenant.Group}%"));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%user_joined_group%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task A_slug_is_taken_once_and_must_be_well_formed()
    {
        var tenant = await host.TenantAsync();
        var slug = $"s-{Guid.NewGuid():N}"[..12];
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => tenant.Client.PostAsJsonAsync("/api/groups", new { slug, name = "g", type = "dao" })));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Created);
        await answers.First(a => a.StatusCode != HttpStatusCode.Created).ProblemAsync(409, "slug_taken");
        using var bad = await tenant.Client.PostAsJsonAsync("/api/groups", new { slug = "-No-", name = "g", type = "dao" });
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
    }

    [Fact]
    public async Task Children_lie_below_and_are_archived_with_their_parent()
    {
        var tenant = await host.TenantAsync();
        var child = await Child(tenant, tenant.Group);
        var grandchild = await Child(tenant, child);
        using var hierarchy = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/hierarchy");
        Assert.Equal(3, (await hierarchy.OkAsync())["results"]!.AsArray().Count);
        using var path = await tenant.Client.GetAsync($"/api/groups/{grandchild}/path");
        Assert.Equal(3, (await path.OkAsync())["results"]!.AsArray().Count);
        using var children = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/children");
        Assert.Single((await children.OkAsync())["results"]!.AsArray());
        using var deleted = await tenant.Client.DeleteAsync($"/api/groups/{child}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var read = await tenant.Client.GetAsync($"/api/groups/{grandchild}");
        Assert.Equal("archived", (string?)(await read.OkAsync())["status"]);
    }

    [Fact]
    public async Task Below_sees_nothing_of_above_and_above_reads_below_unless_closed()
    {
        var tenant = await host.TenantAsync();
        var child = await Child(tenant, tenant.Group);
        using var below = host.As(Guid.NewGuid(), child);
        using var thing = await below.PostAsJsonAsync("/api/things", new { type = "note", name = "below" });
        await thing.OkAsync();
        using var up = await below.GetAsync($"/api/groups/{tenant.Group}");
        Assert.Equal(HttpStatusCode.NotFound, up.StatusCode);
        using var path = await below.GetAsync($"/api/groups/{child}/path");
        Assert.Single((await path.OkAsync())["results"]!.AsArray());
        using var read = await tenant.Client.GetAsync("/api/things?scope=subtree");
        Assert.Single((await read.OkAsync())["results"]!.AsArray());
        using var closing = await below.PatchAsJsonAsync($"/api/groups/{child}", new { settings = new { allowParentAccess = false } });
        await closing.OkAsync();
        using var closed = await tenant.Client.GetAsync("/api/things?scope=subtree");
        Assert.Empty((await closed.OkAsync())["results"]!.AsArray());
    }

    [Fact]
    public async Task Plan_and_limits_are_the_platforms_to_change()
    {
        var tenant = await host.TenantAsync();
        object patch = new { plan = "enterprise", settings = new { limits = new { requestsPerMinute = 600_000, burst = 60_000 } } };
        using var own = await tenant.Client.PatchAsJsonAsync($"/api/groups/{tenant.Group}", patch);
        await own.ProblemAsync(403, "insufficient_role");
        using var platform = host.As(Guid.NewGuid(), group: null, Role.PlatformOwner);
        using var raised = await platform.PatchAsJsonAsync($"/api/groups/{tenant.Group}", patch);
        var group = await raised.OkAsync();
        Assert.Equal(("enterprise", 600_000), ((string?)group["plan"], (int)group["limits"]!["requestsPerMinute"]!));
        using var kept = await tenant.Client.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { name = "Renamed" });
        await kept.OkAsync();
    }

    [Theory]
    [InlineData("""{"slug":"nul-1","name":"g","type":"dao","metadata":{"a":"\u0000"}}""", "invalid_metadata")]
    [InlineData("""{"slug":"nul-2","name":"g","type":"dao","metadata":[]}""", "invalid_metadata")]
    [InlineData("""{"slug":"nul-3","name":"g","type":"dao","settings":{"allowedDomains":["\u0000"]}}""", "invalid_text")]
    [InlineData("""{"slug":"cors-1","name":"g","type":"dao","settings":{"corsOrigins":["https://a.example/x"]}}""", "validation_failed")]
    [InlineData("""{"slug":"nul-4","name":"\u0000","type":"dao"}""", "invalid_text")]
    public async Task What_cannot_be_stored_is_refused(string body, string code)
    {
        var tenant = await host.TenantAsync();
        using var answer = await tenant.Client.PostAsync("/api/groups", new StringContent(body, Encoding.UTF8, "application/json"));
        await answer.ProblemAsync(400, code);
    }

    [Fact]
    public async Task A_key_makes_groups_below_its_own_only()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        using var key = host.AsKey(Guid.NewGuid(), tenant.Group, "groups:*");
        using var made = await key.PostAsJsonAsync("/api/groups", new { slug = $"k-{Guid.NewGuid():N}"[..12], name = "g", type = "dao" });
        Assert.Equal(tenant.Group.ToString(), (string?)(await made.OkAsync())["parentGroupId"]);
        using var foreign = await key.PostAsJsonAsync("/api/groups", new { slug = "elsewhere", name = "g", type = "dao", parentGroupId = other.Group });
        await foreign.ProblemAsync(400, "no_such_group");
        using var read = await key.GetAsync($"/api/groups/{other.Group}");
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }

    private static async Task<Guid> Child(Tenant tenant, Guid parent)
    {
        using var answer = await tenant.Client.PostAsJsonAsync(
            "/api/groups", new { slug = $"c-{Guid.NewGuid():N}"[..20], name = "Child", type = "organization", parentGroupId = parent });
        return (await answer.OkAsync()).Id();
    }
}
