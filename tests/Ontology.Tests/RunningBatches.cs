using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class RunningBatches(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Operations_of_all_dimensions_refer_to_each_other_and_leave_one_event_each()
    {
        var tenant = await host.TenantAsync();
        using var answer = await RunAsync(tenant.Client, new
        {
            operations = new object[]
            {
                new { id = "g", op = "groups.create", body = new { slug = $"b-{Guid.NewGuid():N}"[..20], name = "Below", type = "business", parentGroupId = tenant.Group } },
                new { op = "groups.update", target = "$g.id", body = new { name = "Renamed" } },
                new { op = "people.invite", body = new { email = $"{Guid.NewGuid():N}@example.org", role = "customer" } },
                new { id = "a", op = "things.create", body = new { type = "note", name = "a", properties = new { price = "$$5", part = "$g.name" } } },
                new { id = "b", op = "things.create", body = new { type = "note", name = "b" } },
                new { id = "c", op = "connections.create", body = new { fromId = "$a.id", toId = "$b.id", type = "references" } },
                new { op = "connections.update", target = "$c.id", body = new { strength = 0.5 } },
                new { op = "things.update", target = "$a.id", body = new { status = "published" } },
                new { op = "things.archive", target = "$b.id" },
            },
        });
        var done = await answer.OkAsync();
        Assert.Equal((true, 9, 0), ((bool)done["committed"]!, (int)done["done"]!, (int)done["failed"]!));
        var results = done["results"]!.AsArray();
        Assert.Equal([201, 200, 201, 201, 201, 201, 200, 200, 204], results.Select(r => (int)r!["status"]!));
        using var thing = await tenant.Client.GetAsync($"/api/things/{results[3]!["body"]!["id"]}");
        var a = await thing.OkAsync();
        Assert.Equal(("published", "$5", "Below"), ((string?)a["status"], (string?)a["properties"]!["price"], (string?)a["properties"]!["part"]));
        foreach (var (type, count) in new[]
        {
            ("group_created", 1), ("group_updated", 1), ("user_invited_to_group", 1), ("entity_created", 2), ("connection_created", 1),
            ("connection_updated", 1), ("entity_updated", 1), ("entity_archived", 1), ("connection_deleted", 1),
        })
        {
            Assert.Equal((type, (long)count), (type, await LinesAsync(tenant, type) + (type == "group_created" ? -1 : 0)));
        }
    }

    [Fact]
    public async Task An_atomic_batch_that_fails_leaves_nothing_and_points_at_the_operation()
    {
        var tenant = await host.TenantAsync();
        var slug = $"b-{Guid.NewGuid():N}"[..20];
        using var answer = await RunAsync(tenant.Client, new
        {
            operations = new object[]
            {
                new { op = "groups.create", body = new { slug, name = "Below", type = "business", parentGroupId = tenant.Group } },
                new { op = "things.create", body = new { type = "note", name = "a", externalId = "one" } },
                new { op = "things.create", body = new { type = "course", name = "b", properties = new { price = "cheap" } } },
            },
        });
        var problem = await answer.ProblemAsync(400, "batch_refused");
        Assert.Equal(("/operations/2/body/properties/price", "wrong_type"), (
            (string?)problem["errors"]![0]!["pointer"], (string?)problem["errors"]![0]!["code"]));
        Assert.Equal((0, 0), (await CountAsync("things where group_id = $1", tenant.Group), await CountAsync("groups where parent_id = $1", tenant.Group)));
        Assert.Equal(0, await LinesAsync(tenant, "entity_created"));
    }

    [Fact]
    public async Task A_batch_that_is_not_atomic_does_what_can_be_done()
    {
        var tenant = await host.TenantAsync();
        await tenant.ThingAsync("taken", externalId: "one");
        using var answer = await RunAsync(tenant.Client, new
        {
            atomic = false,
            operations = new object[]
            {
                new { id = "a", op = "things.create", body = new { type = "note", name = "a", externalId = "one" } },
                new { id = "b", op = "things.create", body = new { type = "note", name = "b" } },
                new { op = "connections.create", body = new { fromId = "$a.id", toId = "$b.id", type = "references" } },
                new { op = "things.create", body = new { type = "note", name = "c", colour = "red" } },
                new { op = "things.archive", target = Guid.NewGuid() },
                new { op = "things.sing" },
                new { op = "things.create", body = new { type = "note", name = "$b.nothing" } },
                new { id = "d", op = "things.create", body = new { type = "note", name = "d" } },
                new { op = "connections.create", body = new { fromId = "$b.id", toId = "$d.id", type = "references" } },
            },
        });
        var done = await answer.OkAsync();
        Assert.Equal((3, 6), ((int)done["done"]!, (int)done["failed"]!));
        var results = done["results"]!.AsArray();
        Assert.Equal(
            ["external_id_taken", null, "reference_failed", "malformed_body", "not_found", "unknown_operation", "unknown_reference", null, null],
            results.Select(r => (string?)r!["code"]));
        Assert.Equal("/operations/2/body/fromId", (string?)results[2]!["errors"]![0]!["pointer"]);
        Assert.Equal((3, 3), (await CountAsync("things where group_id = $1", tenant.Group), await LinesAsync(tenant, "entity_created")));
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_and_does_nothing()
    {
        var tenant = await host.TenantAsync();
        using var answer = await RunAsync(tenant.Client, new
        {
            dryRun = true,
            operations = new object[]
            {
                new { id = "a", op = "things.create", body = new { type = "note", name = "a" } },
                new { op = "things.update", target = "$a.id", body = new { name = "b" } },
            },
        });
        var done = await answer.OkAsync();
        Assert.Equal((false, 2, "b"), ((bool)done["committed"]!, (int)done["done"]!, (string?)done["results"]![1]!["body"]!["name"]));
        Assert.Equal((0, 0), (await CountAsync("things where group_id = $1", tenant.Group), await LinesAsync(tenant, "entity_created")));
    }

    [Fact]
    public async Task Each_operation_takes_the_scope_and_role_of_its_route_and_reaches_only_its_tenant()
    {
        var (tenant, stranger) = (await host.TenantAsync(), await host.TenantAsync());
        var foreign = (await stranger.ThingAsync("f")).Id();
        object[] operations =
        [
            new { op = "things.create", body = new { type = "note", name = "a" } },
            new { op = "people.invite", body = new { email = "ada@example.org", role = "customer" } },
            new { op = "things.archive", target = foreign },
            new { op = "groups.update", target = stranger.Group, body = new { name = "Mine" } },
        ];
        using var key = host.AsKey(Guid.NewGuid(), tenant.Group, "things:write groups:write");
        using var byKey = await RunAsync(key, new { atomic = false, operations });
        Assert.Equal(
            [null, "insufficient_scope", "insufficient_scope", "not_found"], (await byKey.OkAsync())["results"]!.AsArray().Select(r => (string?)r!["code"]));
        using var user = host.As(await host.MemberAsync(tenant, "group_user"), tenant.Group, Role.GroupUser);
        using var byUser = await RunAsync(user, new { atomic = false, operations });
        Assert.Equal([null, "insufficient_role", "not_found", "not_found"], (await byUser.OkAsync())["results"]!.AsArray().Select(r => (string?)r!["code"]));
    }

    [Fact]
    public async Task A_batch_takes_no_more_than_the_quota_and_no_more_than_a_thousand()
    {
        var tenant = await host.TenantAsync();
        using var platform = host.As(Guid.NewGuid(), group: null, Role.PlatformOwner);
        using var limited = await platform.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { limits = new { things = 3 } } });
        await limited.OkAsync();
        var create = new { op = "things.create", body = new { type = "note", name = "n" } };
        using var atomic = await RunAsync(tenant.Client, new { operations = Enumerable.Repeat(create, 4) });
        Assert.Equal("/operations/3", (string?)(await atomic.ProblemAsync(403, "batch_refused"))["errors"]![0]!["pointer"]);
        using var most = await RunAsync(tenant.Client, new { atomic = false, operations = Enumerable.Repeat(create, 4) });
        Assert.Equal(3, (int)(await most.OkAsync())["done"]!);
        using var many = await RunAsync(tenant.Client, new { operations = Enumerable.Repeat(create, 1_001) });
        Assert.Equal(HttpStatusCode.BadRequest, many.StatusCode);
        using var none = await RunAsync(tenant.Client, new { operations = new[] { create, null } });
        Assert.Equal("/operations/1", (string?)(await none.ProblemAsync(400, "malformed_body"))["errors"]![0]!["pointer"]);
        using var twice = await RunAsync(tenant.Client, new { operations = new[] { new { id = "a", op = "things.create" }, new { id = "a", op = "things.create" } } });
        await twice.ProblemAsync(400, "duplicate_id");
    }

    [Fact]
    public async Task Batches_at_once_over_the_same_thing_both_come_to_an_end()
    {
        var tenant = await host.TenantAsync();
        var ids = new[] { (await tenant.ThingAsync("a")).Id(), (await tenant.ThingAsync("b")).Id() };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync(tenant.Client, new
        {
            operations = (i % 2 == 0 ? ids : ids.Reverse()).Select(id => new { op = "things.update", target = id, body = new JsonObject { ["properties"] = new JsonObject { [$"m{i}"] = 1 } } }),
        })));
        Assert.All(answers, a => Assert.Contains(a.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Conflict }));
        Assert.Equal(2 * answers.Count(a => a.StatusCode == HttpStatusCode.OK), await LinesAsync(tenant, "entity_updated"));
    }

    private static Task<HttpResponseMessage> RunAsync(HttpClient client, object batch) => client.PostAsJsonAsync("/api/batch", batch);

    private Task<long> CountAsync(string rows, Guid group) => host.Database.ScalarAsync<long>($"select count(*) from {rows}", group);

    private Task<long> LinesAsync(Tenant tenant, string type) => host.Database.ScalarAsync<long>(
        """
        select count(*) from outbox, jsonb_array_elements(body::jsonb -> 'log') line
        where line ->> 'type' = $1 and (line ->> 'groupId' = $2 or line -> 'metadata' ->> 'parentGroupId' = $2
            or exists (select from groups g where g.parent_id = $2::uuid and g.id::text = line ->> 'groupId'))
        """, type, tenant.Group.ToString());
}
