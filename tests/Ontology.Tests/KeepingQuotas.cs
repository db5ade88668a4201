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

    [Fact]
    public async Task A_thing_comes_back_only_where_one_could_be_created()
    {
        var tenant = await LimitedAsync(new { things = 3 });
        var archived = await ThingsAsync(tenant, 3);
        await ArchiveAsync(tenant, archived);
        var live = await ThingsAsync(tenant, 3);
        using var refused = await RestoreAsync(tenant, archived[0]);
        await refused.ProblemAsync(403, "quota_exceeded");
        using var batch = await tenant.Client.PostAsJsonAsync(
            "/api/batch", new { atomic = false, operations = new[] { new { op = "things.restore", target = archived[0] } } });
        Assert.Equal("quota_exceeded", (string?)(await batch.OkAsync())["results"]![0]!["code"]);

        await ArchiveAsync(tenant, live[..2]);
        var answers = await Task.WhenAll(archived.Select(id => RestoreAsync(tenant, id)));
        Assert.Equal(2, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        await answers.Single(a => a.StatusCode != HttpStatusCode.OK).ProblemAsync(403, "quota_exceeded");
        Assert.Equal(3, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1 and archived_at is null", tenant.Group));
    }

    [Fact]
    public async Task A_thing_stays_archived_when_its_connections_would_be_too_many()
    {
        var tenant = await LimitedAsync(new { connections = 2 });
        var things = await ThingsAsync(tenant, 4);
        foreach (var from in things[..2])
        {
            using var connected = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = from, toId = things[3], type = "references" });
            await connected.OkAsync();
        }

        await ArchiveAsync(tenant, things[..2]);
        using var meanwhile = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = things[2], toId = things[3], type = "references" });
        await meanwhile.OkAsync();
        var answers = await Task.WhenAll(things[..2].Select(id => RestoreAsync(tenant, id)));
        await Assert.Single(answers, a => a.StatusCode == HttpStatusCode.OK).OkAsync();
        var problem = await answers.Single(a => a.StatusCode != HttpStatusCode.OK).ProblemAsync(403, "quota_exceeded");
        Assert.StartsWith("The group has 2 of at most 2 connections", (string?)problem["detail"], StringComparison.Ordinal);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1 and archived_at is not null", tenant.Group));
        Assert.Equal(2, await host.Database.ScalarAsync<long>("select count(*) from connections where group_id = $1 and archived_at is null", tenant.Group));
    }

    [Fact]
    public async Task Invitations_taken_at_once_fill_the_seats_and_no_more()
    {
        var tenant = await LimitedAsync(new { users = 4 });
        var guests = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var (person, email) = await host.UserAsync();
            using var invited = await tenant.Client.PostAsJsonAsync("/api/people", new { email, role = "customer" });
            return (Client: host.As(person, group: null, Role.None), Token: (string)(await invited.OkAsync())["inviteToken"]!);
        }));
        var answers = await Task.WhenAll(guests.Select(g => g.Client.PostAsync($"/api/people/invitations/{g.Token}/accept", content: null)));
        Assert.Equal(3, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        await answers.First(a => a.StatusCode != HttpStatusCode.OK).ProblemAsync(403, "quota_exceeded");
        Assert.Equal(4, await host.Database.ScalarAsync<long>("select count(*) from memberships where group_id = $1 and left_at is null", tenant.Group));
    }

    [Fact]
    public async Task As_many_groups_lie_below_as_allowed_there_or_above()
    {
        var tenant = await LimitedAsync(new { childGroups = 2 });
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => BelowAsync(tenant, tenant.Group)));
        var children = answers.Where(a => a.StatusCode == HttpStatusCode.Created).ToList();
        Assert.Equal(2, children.Count);
        await answers.First(a => a.StatusCode != HttpStatusCode.Created).ProblemAsync(403, "quota_exceeded");

        // The child is held to what its parent has, although its own plan allows more.
        var child = (await children[0].OkAsync()).Id();
        for (var i = 0; i < 2; i++)
        {
            using var grandchild = await BelowAsync(tenant, child);
            await grandchild.OkAsync();
        }

        using var third = await BelowAsync(tenant, child);
        await third.ProblemAsync(403, "quota_exceeded");
        using var group = await BelowAsync(new Tenant(tenant.Group, tenant.Person, host.As(tenant.Person, group: null, Role.None)), parent: null);
        using var moved = await tenant.Client.PostAsJsonAsync($"/api/groups/{(await group.OkAsync()).Id()}/move", new { parentGroupId = child });
        await moved.ProblemAsync(403, "quota_exceeded");

        using var usage = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/usage");
        var line = (await usage.OkAsync())["results"]!.AsArray().Single(q => (string?)q!["quota"] == "childGroups")!;
        Assert.Equal((2, 2, "exceeded"), ((int)line["used"]!, (int)line["limit"]!, (string?)line["state"]));
    }

    [Fact]
    public async Task Of_what_others_count_a_group_sees_this_month_or_the_last_measurement_against_its_limit()
    {
        var tenant = await LimitedAsync(new { apiCallsPerMonth = 12, storageBytes = 1_600 });
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        foreach (var (metric, day, source, amount) in new[]
        {
            ("calls", today, "gateway", 5L), ("calls", today.AddDays(-today.Day), "gateway", 100), ("tokens", today, "knowledge", 3),
            ("storage", today, "knowledge", 1_000), ("storage", today.AddDays(-1), "knowledge", 4_000), ("storage", today.AddDays(-1), "ontology", 500),
        })
        {
            await MeasuredAsync(tenant.Group, metric, day, Guid.Empty, source, amount);
        }

        await MeasuredAsync(tenant.Group, "calls", today, Guid.NewGuid(), "gateway", 7);
        using var answer = await tenant.Client.GetAsync($"/api/groups/{tenant.Group}/usage");
        var quotas = (await answer.OkAsync())["results"]!.AsArray();
        Assert.Equal(
            [
                ("things", 0, "ok"), ("connections", 0, "ok"), ("childGroups", 0, "ok"), ("users", 1, "ok"), ("apiCallsPerMonth", 12, "exceeded"),
                ("aiTokensPerMonth", 3, "ok"), ("storageBytes", 1_500, "warning"), ("knowledge", 0, "ok"),
            ],
            quotas.Select(q => ((string)q!["quota"]!, (long)q["used"]!, (string)q["state"]!)));
        Assert.Equal((12, tenant.Group.ToString()), ((long)quotas[4]!["limit"]!, (string?)quotas[4]!["from"]));
    }

    [Fact]
    public async Task A_batch_is_held_to_the_groups_below_a_group_that_it_made_itself()
    {
        var tenant = await LimitedAsync(new { childGroups = 2 });
        object Group(string id, string parent) => new { id, op = "groups.create", body = new { slug = $"b-{Guid.NewGuid():N}"[..20], name = "b", type = "business", parentGroupId = parent } };
        using var answer = await tenant.Client.PostAsJsonAsync(
            "/api/batch", new { atomic = true, operations = new[] { Group("a", tenant.Group.ToString()), Group("b", "$a.id"), Group("c", "$a.id"), Group("d", "$a.id") } });
        Assert.Contains("Operation 3", (string?)(await answer.ProblemAsync(403, "batch_refused"))["detail"], StringComparison.Ordinal);
    }

    /// <summary>Stands in for the event that tells of it.</summary>
    private Task<int> MeasuredAsync(Guid group, string metric, DateOnly day, Guid key, string source, long amount) => host.Database.ScalarAsync<int>(
        "insert into measured_usage (group_id, metric, day, key_id, source, amount, measured_at) values ($1, $2, $3, $4, $5, $6, now())",
        group, metric, day, key, source, amount);

    private static Task<HttpResponseMessage> BelowAsync(Tenant tenant, Guid? parent) => tenant.Client.PostAsJsonAsync(
        "/api/groups", new { slug = $"q-{Guid.NewGuid():N}"[..20], name = "Below", type = "business", parentGroupId = parent });

    private static async Task<List<Guid>> ThingsAsync(Tenant tenant, int count)
    {
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            ids.Add((await tenant.ThingAsync($"n{i}")).Id());
        }

        return ids;
    }

    private static async Task ArchiveAsync(Tenant tenant, List<Guid> ids)
    {
        foreach (var id in ids)
        {
            using var archived = await tenant.Client.DeleteAsync($"/api/things/{id}");
            Assert.Equal(HttpStatusCode.NoContent, archived.StatusCode);
        }
    }

    private static Task<HttpResponseMessage> RestoreAsync(Tenant tenant, Guid id) => tenant.Client.PostAsync($"/api/things/{id}/restore", content: null);

    private async Task<Tenant> LimitedAsync(object limits)
    {
        var tenant = await host.TenantAsync();
        using var platform = host.As(Guid.NewGuid(), group: null, Role.PlatformOwner);
        using var answer = await platform.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { limits } });
        await answer.OkAsync();
        return tenant;
    }
}
