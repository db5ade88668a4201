using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class KeepingQuotas(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Theory]
    [InlineData(10)]
    [InlineData(40)]
    public async Task As_many_as_allowed_are_created_however_many_try_at_once(int most)
    {
        var tenant = await LimitedAsync(new { things = most });
        var answers = await Task.WhenAll(Enumerable.Range(0, most + 20).Select(i => tenant.Client.PostAsJsonAsync("/api/things", new { type = "note", name = $"n{i}" })));
        Assert.Equal(most, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        await answers.First(a => a.StatusCode != HttpStatusCode.Created).ProblemAsync(403, "quota_exceeded");
        Assert.Equal(most, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
        using var bulk = await tenant.Client.PostAsJsonAsync("/api/things/bulk", new { items = new[] { new { type = "note", name = "n" } } });
        await bulk.ProblemAsync(403, "quota_exceeded");
    }

    [Fact]
    public async Task A_child_is_held_to_what_is_allowed_above_it()
    {
        var tenant = await LimitedAsync(new { things = 3 });
        using var child = await tenant.Client.PostAsJsonAsync(
            "/api/groups", new { slug = $"c-{Guid.NewGuid():N}"[..20], name = "Child", type = "business", parentGroupId = tenant.Group });
        using var below = host.As(Guid.NewGuid(), (await child.OkAsync()).Id());
        using var bulk = await below.PostAsJsonAsync("/api/things/bulk", new { items = Enumerable.Repeat(new { type = "note", name = "n" }, 4) });
        await bulk.ProblemAsync(403, "quota_exceeded");
    }

    [Fact]
    public async Task Connections_and_people_are_counted_too()
    {
        var tenant = await LimitedAsync(new { connections = 1, users = 2 });
        var (a, b) = ((await tenant.ThingAsync("a")).Id(), (await tenant.ThingAsync("b")).Id());
        using var first = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = a, toId = b, type = "references" });
        await first.OkAsync();
        using var second = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = b, toId = a, type = "references" });
        await second.ProblemAsync(403, "quota_exceeded");
        await host.MemberAsync(tenant, "customer");
        var (person, email) = await host.UserAsync();
        using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "customer" });
        using var client = host.As(person, group: null, Role.None);
        using var full = await client.PostAsync($"/api/people/invitations/{(await invited.OkAsync())["inviteToken"]}/accept", content: null);
        await full.ProblemAsync(403, "quota_exceeded");
    }

    private async Task<Tenant> LimitedAsync(object limits)
    {
        var tenant = await host.TenantAsync();
        using var platform = host.As(Guid.NewGuid(), group: null, Role.PlatformOwner);
        using var answer = await platform.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { limits } });
        await answer.OkAsync();
        return tenant;
    }
}
