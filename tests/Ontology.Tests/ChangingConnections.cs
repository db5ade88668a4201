using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class ChangingConnections(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Metadata_strength_and_validity_change_and_the_log_says_how()
    {
        var (tenant, stranger) = (await host.TenantAsync(), await host.TenantAsync());
        var made = await ConnectedAsync(tenant);
        var path = $"/api/connections/{made.Id()}";
        using var first = await Patch(tenant.Client, path, new { strength = 0.5, metadata = new { note = "a" }, validTo = "2020-01-01T00:00:00Z" });
        var changed = await first.OkAsync();
        Assert.Equal((0.5, "a", "expired", 2L), (
            (double)changed["strength"]!, (string?)changed["metadata"]!["note"], (string?)changed["state"], (long)changed["version"]!));
        using var again = await Patch(tenant.Client, path, new { strength = (double?)null, validTo = (string?)null }, first.Headers.ETag!.ToString());
        var open = await again.OkAsync();
        Assert.Equal((null, "active"), (open["strength"], (string?)open["state"]));
        using var stale = await Patch(tenant.Client, path, new { strength = 1 }, first.Headers.ETag!.ToString());
        await stale.ProblemAsync(412, "precondition_failed");
        using var range = await Patch(tenant.Client, path, new { strength = 2 });
        Assert.Equal("/strength", (string?)(await range.ProblemAsync(400, "invalid"))["errors"]![0]!["pointer"]);
        using var ends = await Patch(tenant.Client, path, new { toId = Guid.NewGuid() });
        await ends.ProblemAsync(400, "unknown_member");
        using var foreign = await Patch(stranger.Client, path, new { strength = 1 });
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        Assert.Equal(2, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%connection_updated%' and body like $1", $"%{made.Id()}%"));
    }

    [Fact]
    public async Task Others_connections_are_changed_by_owners_alone()
    {
        var tenant = await host.TenantAsync();
        var made = await ConnectedAsync(tenant);
        using var user = host.As(await host.MemberAsync(tenant, "group_user"), tenant.Group, Role.GroupUser);
        using var refused = await Patch(user, $"/api/connections/{made.Id()}", new { strength = 1 });
        await refused.ProblemAsync(403, "insufficient_role");
        using var removal = await Remove(user, atomic: false, made.Id());
        Assert.Equal("insufficient_role", (string?)(await removal.OkAsync())["errors"]![0]!["code"]);
    }

    [Fact]
    public async Task Of_changes_at_once_none_is_lost()
    {
        var tenant = await host.TenantAsync();
        var path = $"/api/connections/{(await ConnectedAsync(tenant)).Id()}";
        var names = Enumerable.Range(0, 6).Select(i => $"m{i}").ToList();
        var answers = await Task.WhenAll(names.Select(name => Patch(tenant.Client, path, new JsonObject { ["metadata"] = new JsonObject { [name] = 1 } })));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        using var read = await tenant.Client.GetAsync(path);
        Assert.Equal(names, (await read.OkAsync())["metadata"]!.AsObject().Select(m => m.Key).Order());
    }

    [Fact]
    public async Task Many_are_made_at_once_and_what_is_wrong_is_told_by_index()
    {
        var (tenant, stranger) = (await host.TenantAsync(), await host.TenantAsync());
        var ids = await ThingsAsync(tenant, 4);
        var foreign = (await stranger.ThingAsync("f")).Id();
        var items = new object[]
        {
            Item(ids[0], ids[1], "part_of"), Item(ids[1], ids[2], "part_of"), Item(ids[2], ids[0], "part_of"), Item(ids[0], ids[1], "part_of"),
            Item(ids[0], foreign, "references"), Item(ids[0], ids[0], "references"), Item(ids[0], ids[1], "nothing"),
            Item(ids[0], ids[1], "enrolled_in"), Item(ids[2], ids[3], "part_of"),
        };
        using var atomic = await tenant.Client.PostAsJsonAsync("/api/connections/bulk", new { items, atomic = true });
        Assert.Equal("/items/2", (string?)(await atomic.ProblemAsync(400, "bulk_refused"))["errors"]![0]!["pointer"]);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from connections where group_id = $1", tenant.Group));
        using var answer = await tenant.Client.PostAsJsonAsync("/api/connections/bulk", new { items });
        var done = await answer.OkAsync();
        Assert.Equal((3, 6), ((int)done["created"]!, (int)done["failed"]!));
        Assert.Equal(
            [(2, "cycle"), (3, "duplicate_connection"), (4, "no_such_thing"), (5, "same_ends"), (6, "invalid_type"), (7, "wrong_ends")],
            done["errors"]!.AsArray().Select(e => ((int)e!["index"]!, (string)e["code"]!)));
        using var closing = await tenant.Client.PostAsJsonAsync("/api/connections/bulk", new { items = new[] { Item(ids[3], ids[0], "part_of") } });
        Assert.Equal("cycle", (string?)(await closing.OkAsync())["errors"]![0]!["code"]);

        using var removed = await Remove(tenant.Client, atomic: false, [.. done["ids"]!.AsArray().Select(id => Guid.Parse((string)id!)), Guid.NewGuid()]);
        var gone = await removed.OkAsync();
        Assert.Equal((3, 1, "not_found"), ((int)gone["archived"]!, (int)gone["failed"]!, (string?)gone["errors"]![0]!["code"]));
        Assert.Equal((6, 2), (
            await LinesAsync(tenant, "connection_created") + await LinesAsync(tenant, "connection_deleted"), await LinesAsync(tenant, "bulk_operation")));
    }

    [Fact]
    public async Task Bulks_at_once_never_close_a_circle_between_them()
    {
        var tenant = await host.TenantAsync();
        for (var round = 0; round < 4; round++)
        {
            var ids = await ThingsAsync(tenant, 6);
            var halves = new[] { Enumerable.Range(0, 3), Enumerable.Range(3, 3) }
                .Select(half => half.Select(i => Item(ids[i], ids[(i + 1) % ids.Count], "part_of")).ToList());
            var answers = await Task.WhenAll(halves.Select(items => tenant.Client.PostAsJsonAsync("/api/connections/bulk", new { items })));
            var made = 0;
            foreach (var answer in answers)
            {
                made += (int)(await answer.OkAsync())["created"]!;
            }

            Assert.Equal(5, made);
        }
    }

    private static object Item(Guid from, Guid to, string type) => new { fromId = from, toId = to, type };

    private static async Task<JsonObject> ConnectedAsync(Tenant tenant)
    {
        var ids = await ThingsAsync(tenant, 2);
        using var made = await tenant.Client.PostAsJsonAsync("/api/connections", Item(ids[0], ids[1], "references"));
        return await made.OkAsync();
    }

    private static async Task<List<Guid>> ThingsAsync(Tenant tenant, int count)
    {
        using var answer = await tenant.Client.PostAsJsonAsync(
            "/api/things/bulk", new { items = Enumerable.Range(0, count).Select(i => new { type = "note", name = $"{i}" }) });
        return [.. (await answer.OkAsync())["ids"]!.AsArray().Select(id => Guid.Parse((string)id!))];
    }

    private static async Task<HttpResponseMessage> Patch(HttpClient client, string path, object body, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(body) };
        if (tag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", tag);
        }

        return await client.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> Remove(HttpClient client, bool atomic, params Guid[] ids)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/connections/bulk") { Content = JsonContent.Create(new { ids, atomic }) };
        return await client.SendAsync(request);
    }

    private async Task<int> LinesAsync(Tenant tenant, string type) => (int)await host.Database.ScalarAsync<long>(
        """
        select count(*) from outbox, jsonb_array_elements(body::jsonb -> 'log') line
        where line ->> 'type' = $1 and line ->> 'groupId' = $2 and (line ->> 'targetKind' = 'connection' or line -> 'metadata' ->> 'entityType' = 'connection')
        """, type, tenant.Group.ToString());
}
