using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class ChangingManyThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task Ten_thousand_are_created_at_once_with_a_line_for_each_and_one_for_all()
    {
        var tenant = await host.TenantAsync();
        var answer = await Bulk(tenant.Client, Enumerable.Range(0, 10_000).Select(i => (object)new { type = "note", name = $"n{i}", properties = new { rank = i } }));
        var done = await answer.OkAsync();
        Assert.Equal((10_000, 0, 10_000), ((int)done["created"]!, (int)done["failed"]!, done["ids"]!.AsArray().Count));
        Assert.Equal(10_000, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
        Assert.Equal(10_000, await host.Database.ScalarAsync<long>(
            "select sum(json_array_length(body::json -> 'log'))::bigint from outbox where type like '%ThingsChanged%' and body like $1", $"%{tenant.Group}%"));
        Assert.Equal(500, await host.Database.ScalarAsync<int>(
            "select max(json_array_length(body::json -> 'things')) from outbox where type like '%ThingsChanged%' and body like $1", $"%{tenant.Group}%"));
        Assert.Equal(1, await host.Database.ScalarAsync<long>(
            "select count(*) from outbox where body like '%bulk_operation%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task What_is_right_is_done_and_the_rest_is_told_by_index()
    {
        var tenant = await host.TenantAsync();
        await tenant.ThingAsync("taken", externalId: "x1");
        object[] items =
        [
            new { type = "note", name = "right" },
            new { type = "nothing", name = "wrong type" },
            new { type = "course", name = "wrong property", properties = new { title = 7 } },
            new { type = "note", name = "" },
            new { type = "note", name = "unknown member", colour = "red" },
            new { type = "note", name = "taken", externalId = "x1" },
            new { type = "note", name = "twice", externalId = "x2" },
            new { type = "note", name = "twice", externalId = "x2" },
            7,
        ];
        var answer = await Bulk(tenant.Client, items);
        var done = await answer.OkAsync();
        Assert.Equal((2, 7), ((int)done["created"]!, (int)done["failed"]!));
        Assert.Equal(
            ["1 invalid_type", "2 wrong_type", "3 invalid", "4 malformed_item", "5 external_id_taken", "7 external_id_taken", "8 malformed_item"],
            done["errors"]!.AsArray().Select(e => $"{e!["index"]} {e["code"]}"));
        Assert.Equal("/properties/title", (string?)done["errors"]![1]!["pointer"]);
    }

    [Fact]
    public async Task All_or_nothing_means_nothing()
    {
        var tenant = await host.TenantAsync();
        await tenant.ThingAsync("taken", externalId: "x1");
        var wrong = await Bulk(tenant.Client, [new { type = "note", name = "right" }, new { type = "note", name = "x", externalId = "x1" }], atomic: true);
        Assert.Equal("/items/1/externalId", (string?)(await wrong.ProblemAsync(400, "bulk_refused"))["errors"]![0]!["pointer"]);
        Assert.Equal(1, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from outbox where body like '%bulk_operation%' and body like $1", $"%{tenant.Group}%"));
    }

    [Fact]
    public async Task The_same_external_ids_at_once_are_stored_once()
    {
        var tenant = await host.TenantAsync();
        object[] items = [.. Enumerable.Range(0, 200).Select(i => new { type = "note", name = "n", externalId = $"e{i}" })];
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Bulk(tenant.Client, items)));
        var created = 0;
        foreach (var answer in answers)
        {
            created += (int)(await answer.OkAsync())["created"]!;
        }

        Assert.Equal(200, created);
        Assert.Equal(200, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1", tenant.Group));
    }

    [Fact]
    public async Task Many_are_changed_and_archived_with_a_revision_each()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        var foreign = (await other.ThingAsync("foreign")).Id();
        var ids = (await (await Bulk(tenant.Client, Enumerable.Range(0, 50).Select(i => (object)new { type = "note", name = $"n{i}" }))).OkAsync())["ids"]!
            .AsArray().Select(i => (string)i!).ToList();
        object[] patches = [.. ids.Select(id => new { id, properties = new { seen = true } }), new { id = foreign, name = "stolen" }, new { id = ids[0], name = "again" }];
        using var patched = await tenant.Client.PatchAsJsonAsync("/api/things/bulk", new { items = patches });
        var done = await patched.OkAsync();
        Assert.Equal((50, 2), ((int)done["updated"]!, (int)done["failed"]!));
        Assert.Equal(["not_found", "duplicate_item"], done["errors"]!.AsArray().Select(e => (string)e!["code"]!));
        Assert.Equal(50, await host.Database.ScalarAsync<long>("select count(*) from things where group_id = $1 and version = 2", tenant.Group));
        using var link = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = ids[0], toId = ids[1], type = "references" });
        await link.OkAsync();
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/things/bulk") { Content = JsonContent.Create(new { ids = ids.Append(foreign.ToString()) }) };
        using var archived = await tenant.Client.SendAsync(request);
        Assert.Equal((50, 1), ((int)(await archived.OkAsync())["archived"]!, (int)(await archived.OkAsync())["failed"]!));
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from connections where group_id = $1 and archived_at is null", tenant.Group));
        Assert.Equal(100, await host.Database.ScalarAsync<long>("select count(*) from thing_revisions where group_id = $1", tenant.Group));
        using var restored = await tenant.Client.PostAsync($"/api/things/{ids[0]}/restore", content: null);
        await restored.OkAsync();
    }

    [Fact]
    public async Task A_person_changes_in_bulk_only_what_they_made()
    {
        var tenant = await host.TenantAsync();
        var thing = (await tenant.ThingAsync("the owner's")).Id();
        using var user = host.As(Guid.NewGuid(), tenant.Group, Role.GroupUser);
        using var patched = await user.PatchAsJsonAsync("/api/things/bulk", new { items = new[] { new { id = thing, name = "mine" } } });
        Assert.Equal("insufficient_role", (string?)(await patched.OkAsync())["errors"]![0]!["code"]);
    }

    [Fact]
    public async Task Too_many_or_none_are_refused()
    {
        var tenant = await host.TenantAsync();
        var none = await Bulk(tenant.Client, []);
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        var many = await Bulk(tenant.Client, Enumerable.Repeat((object)new { type = "note", name = "n" }, 10_001));
        Assert.Equal(HttpStatusCode.BadRequest, many.StatusCode);
    }

    private static Task<HttpResponseMessage> Bulk(HttpClient client, IEnumerable<object> items, bool atomic = false)
        => client.PostAsJsonAsync("/api/things/bulk", new { items, atomic });
}
