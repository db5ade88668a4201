using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class ViewingThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task The_history_has_every_version_with_what_it_changed()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        var id = (await tenant.ThingAsync("first", properties: new { price = 1 })).Id();
        using var renamed = await tenant.Client.PatchAsJsonAsync($"/api/things/{id}", new { name = "second", properties = new { price = 2 } });
        using var archived = await tenant.Client.DeleteAsync($"/api/things/{id}");
        using var restored = await tenant.Client.PostAsync($"/api/things/{id}/restore", content: null);
        using var answer = await tenant.Client.GetAsync($"/api/things/{id}/history");
        var versions = (await answer.OkAsync())["results"]!.AsArray();
        Assert.Equal(
            ["4 entity_restored", "3 entity_archived", "2 entity_updated", "1 entity_created"], versions.Select(v => $"{v!["version"]} {v["type"]}"));
        Assert.Equal(("first", 2), ((string?)versions[2]!["changes"]!["name"]!["from"], (int)versions[2]!["changes"]!["properties.price"]!["to"]!));
        using var page = await tenant.Client.GetAsync($"/api/things/{id}/history?limit=2");
        var cursor = (string)(await page.OkAsync())["cursor"]!;
        using var rest = await tenant.Client.GetAsync($"/api/things/{id}/history?limit=2&cursor={Uri.EscapeDataString(cursor)}");
        Assert.Equal([2, 1], (await rest.OkAsync())["results"]!.AsArray().Select(v => (int)v!["version"]!));
        using var foreign = await other.Client.GetAsync($"/api/things/{id}/history");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    [Fact]
    public async Task Things_are_counted_by_what_is_asked_and_only_ones_own()
    {
        var (tenant, other) = (await host.TenantAsync(), await host.TenantAsync());
        foreach (var type in new[] { "note", "note", "course" })
        {
            await tenant.ThingAsync("n", type);
        }

        await other.ThingAsync("foreign");
        using var answer = await tenant.Client.GetAsync("/api/things/aggregate?groupBy=type,status");
        var counts = await answer.OkAsync();
        Assert.Equal(3, (int)counts["total"]!);
        Assert.Equal(["note active 2", "course active 1"], counts["results"]!.AsArray().Select(c => $"{c!["by"]!["type"]} {c["by"]!["status"]} {c["count"]}"));
        using var filtered = await tenant.Client.GetAsync("/api/things/aggregate?groupBy=createdBy&type=course");
        Assert.Equal(1, (int)(await filtered.OkAsync())["total"]!);
        using var wrong = await tenant.Client.GetAsync("/api/things/aggregate?groupBy=name");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    [Fact]
    public async Task A_walk_equals_a_breadth_first_search_on_random_graphs()
    {
        var random = new Random(7);
        for (var round = 0; round < 4; round++)
        {
            var tenant = await host.TenantAsync();
            var ids = await NodesAsync(tenant, 30);
            var pairs = Enumerable.Range(0, 45).Select(_ => (From: ids[random.Next(30)], To: ids[random.Next(30)])).Where(p => p.From != p.To).Distinct().ToList();
            foreach (var (from, to) in pairs)
            {
                using var made = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = from, toId = to, type = "references" });
                await made.OkAsync();
            }

            foreach (var direction in new[] { "in", "out", "both" })
            {
                using var answer = await tenant.Client.GetAsync($"/api/things/{ids[0]}/graph?depth=3&direction={direction}&limit=1000");
                var graph = await answer.OkAsync();
                Assert.Equal(
                    Reference(ids[0], pairs, direction, 3).OrderBy(n => n.Key).Select(n => $"{n.Key} {n.Value}"),
                    graph["nodes"]!.AsArray().Select(n => $"{n!["id"]} {n["depth"]}").Order());
                Assert.False((bool)graph["truncated"]!);
            }
        }
    }

    [Fact]
    public async Task A_walk_ends_with_its_budget_and_passes_nothing_a_customer_may_not_see()
    {
        var tenant = await host.TenantAsync();
        var ids = await NodesAsync(tenant, 40);
        foreach (var id in ids[1..])
        {
            using var made = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = ids[0], toId = id, type = "references" });
            await made.OkAsync();
        }

        using var answer = await tenant.Client.GetAsync($"/api/things/{ids[0]}/graph?limit=10");
        var graph = await answer.OkAsync();
        Assert.Equal((10, true), (graph["nodes"]!.AsArray().Count, (bool)graph["truncated"]!));
        foreach (var id in ids[..2])
        {
            using var published = await tenant.Client.PatchAsJsonAsync($"/api/things/{id}", new { status = "published" });
            await published.OkAsync();
        }

        using var customer = host.As(Guid.NewGuid(), tenant.Group, Role.Customer);
        using var seen = await customer.GetAsync($"/api/things/{ids[0]}/graph?depth=2");
        Assert.Equal(ids[..2].Order(), (await seen.OkAsync())["nodes"]!.AsArray().Select(n => (string)n!["id"]!).Order());
        using var hidden = await customer.GetAsync($"/api/things/{ids[2]}/graph");
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using var other = (await host.TenantAsync()).Client;
        using var foreign = await other.GetAsync($"/api/things/{ids[0]}/graph");
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var wrong = await tenant.Client.GetAsync($"/api/things/{ids[0]}/graph?depth=7");
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
    }

    private static Dictionary<string, int> Reference(string start, List<(string From, string To)> pairs, string direction, int depth)
    {
        var reached = new Dictionary<string, int> { [start] = 0 };
        for (var step = 1; step <= depth; step++)
        {
            var frontier = reached.Where(n => n.Value == step - 1).Select(n => n.Key).ToHashSet();
            foreach (var (from, to) in pairs)
            {
                if (direction != "in" && frontier.Contains(from))
                {
                    reached.TryAdd(to, step);
                }

                if (direction != "out" && frontier.Contains(to))
                {
                    reached.TryAdd(from, step);
                }
            }
        }

        return reached;
    }

    private static async Task<List<string>> NodesAsync(Tenant tenant, int count)
    {
        using var answer = await tenant.Client.PostAsJsonAsync(
            "/api/things/bulk", new { items = Enumerable.Range(0, count).Select(i => new { type = "note", name = $"n{i}" }) });
        return [.. (await answer.OkAsync())["ids"]!.AsArray().Select(i => (string)i!)];
    }
}
