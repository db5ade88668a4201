using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class MovingGroups(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task No_group_lives_on_below_one_that_was_archived_at_the_same_moment()
    {
        var tenant = await host.TenantAsync();
        for (var round = 0; round < 5; round++)
        {
            using var made = await tenant.Client.PostAsJsonAsync(
                "/api/groups", new { slug = $"a-{Guid.NewGuid():N}"[..20], name = "Parent", type = "business", parentGroupId = tenant.Group });
            var parent = (await made.OkAsync()).Id();
            var creations = Enumerable.Range(0, 6).Select(_ => tenant.Client.PostAsJsonAsync(
                "/api/groups", new { slug = $"a-{Guid.NewGuid():N}"[..20], name = "Child", type = "business", parentGroupId = parent })).ToList();
            var archive = tenant.Client.DeleteAsync($"/api/groups/{parent}");
            var late = tenant.Client.PostAsJsonAsync(
                "/api/groups", new { slug = $"a-{Guid.NewGuid():N}"[..20], name = "Child", type = "business", parentGroupId = parent });
            await Task.WhenAll([.. creations, archive, late]);
            Assert.Equal(0, await host.Database.ScalarAsync<long>(
                "select count(*) from groups where $1 = any(path) and status = 'active' and exists (select from groups p where p.id = $1 and p.status <> 'active')", parent));
        }
    }

    [Fact]
    public async Task A_group_moves_with_all_that_lies_below_it()
    {
        var tenant = await host.TenantAsync();
        var (a, b) = (await ChildAsync(tenant, tenant.Group), await ChildAsync(tenant, tenant.Group));
        var deep = await ChildAsync(tenant, await ChildAsync(tenant, a));
        using var moved = await MoveAsync(tenant, a, b);
        Assert.Equal(b.ToString(), (string?)(await moved.OkAsync())["parentGroupId"]);
        using var path = await tenant.Client.GetAsync($"/api/groups/{deep}/path");
        Assert.Equal(5, (await path.OkAsync())["results"]!.AsArray().Count);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like '%group_moved%' and body like $1", $"%{a}%"));
        using var top = await MoveAsync(tenant, a, null);
        Assert.Null((await top.OkAsync())["parentGroupId"]);
        using var hierarchy = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/hierarchy");
        Assert.Equal(2, (await hierarchy.OkAsync())["results"]!.AsArray().Count);
    }

    [Fact]
    public async Task No_moves_at_once_make_a_circle()
    {
        var tenant = await host.TenantAsync();
        for (var round = 0; round < 4; round++)
        {
            var groups = new List<Guid>();
            for (var i = 0; i < 4; i++)
            {
                groups.Add(await ChildAsync(tenant, tenant.Group));
            }

            var answers = await Task.WhenAll(groups.Select((g, i) => MoveAsync(tenant, g, groups[(i + 1) % groups.Count])));
            Assert.Contains(answers, a => a.StatusCode == HttpStatusCode.Conflict);
            Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict));
        }

        // Each path is the parent's with the group itself at its end, which no circle satisfies.
        Assert.Equal(0, await host.Database.ScalarAsync<long>(
            """
            select count(*) from groups g left join groups p on p.id = g.parent_id
            where g.path <> coalesce(p.path, '{}') || g.id or g.path_key <> replace(array_to_string(g.path, '/'), '-', '')
            """));
    }

    [Fact]
    public async Task A_move_into_itself_or_into_what_is_not_ones_own_is_refused()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        var child = await ChildAsync(tenant, tenant.Group);
        using var loop = await MoveAsync(tenant, tenant.Group, child);
        await loop.ProblemAsync(409, "group_loop");
        using var foreign = await MoveAsync(tenant, child, other.Group);
        await foreign.ProblemAsync(400, "no_such_group");
        using var absent = await MoveAsync(tenant, other.Group, tenant.Group);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        // An owner of the child alone does not take it away from the group above.
        using var below = host.As(Guid.NewGuid(), child);
        using var away = await below.PostAsJsonAsync($"/api/groups/{child}/move", new { });
        await away.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task What_was_archived_together_comes_back_together()
    {
        var tenant = await host.TenantAsync();
        var child = await ChildAsync(tenant, tenant.Group);
        var (early, late) = (await ChildAsync(tenant, child), await ChildAsync(tenant, child));
        await tenant.Client.DeleteAsync($"/api/groups/{early}");
        await tenant.Client.DeleteAsync($"/api/groups/{child}");
        using var lower = await tenant.Client.PostAsync($"/api/groups/{late}/restore", content: null);
        await lower.ProblemAsync(409, "group_archived");
        using var restored = await tenant.Client.PostAsync($"/api/groups/{child}/restore", content: null);
        Assert.Equal("active", (string?)(await restored.OkAsync())["status"]);
        using var again = await tenant.Client.PostAsync($"/api/groups/{child}/restore", content: null);
        await again.ProblemAsync(409, "not_archived");
        Assert.Equal("active archived", await host.Database.ScalarAsync<string>(
            "select (select status from groups where id = $1) || ' ' || (select status from groups where id = $2)", late, early));
        using var stranger = host.As(Guid.NewGuid(), tenant.Group, Role.GroupUser);
        using var refused = await stranger.PostAsync($"/api/groups/{early}/restore", content: null);
        await refused.ProblemAsync(403, "insufficient_role");
    }

    [Fact]
    public async Task Figures_tell_what_a_group_has_and_may_have()
    {
        var (tenant, other) = (await host.TenantAsync("friend_circle"), await host.TenantAsync());
        var child = await ChildAsync(tenant, tenant.Group);
        using var items = await tenant.Client.PostAsJsonAsync("/api/things/bulk", new { items = Enumerable.Repeat(new { type = "note", name = "n" }, 800) });
        await items.OkAsync();
        using var below = host.As(Guid.NewGuid(), child);
        using var thing = await below.PostAsJsonAsync("/api/things", new { type = "course", name = "c" });
        using var own = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/stats");
        Assert.Equal(800, (int)(await own.OkAsync())["things"]!);
        using var all = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/stats?scope=subtree");
        var stats = await all.OkAsync();
        Assert.Equal((2, 801, 1), ((int)stats["groups"]!, (int)stats["things"]!, (int)stats["thingsByType"]!["course"]!));
        using var usage = await below.GetAsync($"/api/groups/{child}/usage");
        Assert.Equal(tenant.Group.ToString(), (string?)(await usage.OkAsync())["results"]!.AsArray().First(q => (string?)q!["quota"] == "things")!["from"]);
        using var used = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/usage");
        var things = (await used.OkAsync())["results"]!.AsArray().First(q => (string?)q!["quota"] == "things")!;
        Assert.Equal((800, 1_000, "warning"), ((int)things["used"]!, (int)things["limit"]!, (string?)things["state"]));
        foreach (var route in new[] { "stats", "usage" })
        {
            using var foreign = await other.Client.GetAsync($"/api/groups/{tenant.Group}/{route}");
            Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        }
    }

    [Fact]
    public async Task A_group_does_not_move_where_a_name_would_mean_two_types()
    {
        var tenant = await host.TenantAsync();
        var (a, b) = (await ChildAsync(tenant, tenant.Group), await ChildAsync(tenant, tenant.Group));
        var deep = await ChildAsync(tenant, a);
        foreach (var group in new[] { deep, b })
        {
            using var owner = host.As(tenant.Person, group);
            using var type = await owner.PostAsJsonAsync("/api/ontology/thing-types", new { name = "recipe", schema = new { type = "object" } });
            await type.OkAsync();
        }

        using var clash = await MoveAsync(tenant, a, b);
        await clash.ProblemAsync(409, "type_exists");
        using var below = host.As(tenant.Person, deep);
        using var thing = await below.PostAsJsonAsync("/api/things", new { type = "recipe", name = "Soup" });
        await thing.OkAsync();
        using var top = await MoveAsync(tenant, a, null);
        await top.OkAsync();
    }

    [Theory]
    [InlineData("thing")]
    [InlineData("connection")]
    public async Task A_group_does_not_leave_types_behind_that_what_is_in_it_has(string kind)
    {
        var tenant = await host.TenantAsync();
        var child = await ChildAsync(tenant, await ChildAsync(tenant, tenant.Group));
        using var type = await tenant.Client.PostAsJsonAsync(
            $"/api/ontology/{kind}-types", kind == "thing" ? new { name = "recipe", schema = new { type = "object" } } : new { name = "pairs_with" } as object);
        await type.OkAsync();
        var owner = new Tenant(child, tenant.Person, host.As(tenant.Person, child));
        if (kind == "thing")
        {
            await owner.ThingAsync("Soup", "recipe");
        }
        else
        {
            using var made = await owner.Client.PostAsJsonAsync(
                "/api/connections", new { fromId = (await owner.ThingAsync("a")).Id(), toId = (await owner.ThingAsync("b")).Id(), type = "pairs_with" });
            await made.OkAsync();
        }

        using var away = await MoveAsync(tenant, child, null);
        await away.ProblemAsync(409, "type_in_use");
        // Within the reach of the type it moves as it likes.
        using var up = await MoveAsync(tenant, child, tenant.Group);
        await up.OkAsync();
    }

    private static Task<HttpResponseMessage> MoveAsync(Tenant tenant, Guid group, Guid? parent)
        => tenant.Client.PostAsJsonAsync($"/api/groups/{group}/move", new { parentGroupId = parent });

    private static async Task<Guid> ChildAsync(Tenant tenant, Guid parent)
    {
        using var answer = await tenant.Client.PostAsJsonAsync(
            "/api/groups", new { slug = $"c-{Guid.NewGuid():N}"[..20], name = "Child", type = "organization", parentGroupId = parent });
        return (await answer.OkAsync()).Id();
    }
}
