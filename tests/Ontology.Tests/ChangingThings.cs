using System.Net;
using System.Net.Http.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Tests;

public sealed class ChangingThings(OntologyHost host) : IClassFixture<OntologyHost>
{
    [Fact]
    public async Task A_merge_patch_changes_what_it_names_and_logs_before_and_after()
    {
        var tenant = await host.TenantAsync();
        var thing = await tenant.ThingAsync("n", properties: new { color = "red", pinned = true });
        using var answer = await tenant.Client.PatchAsJsonAsync($"/api/things/{thing.Id()}", new { properties = new { color = "blue", pinned = (bool?)null } });
        var changed = await answer.OkAsync();
        Assert.Equal("blue", (string?)changed["properties"]!["color"]);
        Assert.Null(changed["properties"]!["pinned"]);
        Assert.Equal(2, (int)changed["version"]!);
        var body = await host.Database.ScalarAsync<string>("select body from outbox where body like '%entity_updated%' and body like $1", $"%{thing.Id()}%");
        Assert.Contains("\"properties.color\":{\"from\":\"red\",\"to\":\"blue\"}", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_tag_is_refused_and_a_demanded_one_missed()
    {
        var tenant = await host.TenantAsync();
        var thing = await tenant.ThingAsync("n");
        using var stale = new HttpRequestMessage(HttpMethod.Patch, $"/api/things/{thing.Id()}") { Content = JsonContent.Create(new { name = "m" }) };
        stale.Headers.TryAddWithoutValidation("If-Match", "\"old\"");
        using var refused = await tenant.Client.SendAsync(stale);
        await refused.ProblemAsync(412, "precondition_failed");
        using var settings = await tenant.Client.PatchAsJsonAsync($"/api/groups/{tenant.Group}", new { settings = new { requireIfMatch = true } });
        await settings.OkAsync();
        using var missing = await tenant.Client.PatchAsJsonAsync($"/api/things/{thing.Id()}", new { name = "m" });
        await missing.ProblemAsync(428, "precondition_required");
    }

    [Fact]
    public async Task Writers_at_once_lose_nothing()
    {
        var tenant = await host.TenantAsync();
        var thing = await tenant.ThingAsync("n");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => tenant.Client.PatchAsJsonAsync(
            $"/api/things/{thing.Id()}", new { properties = new Dictionary<string, int> { [$"p{i}"] = i } })));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        using var read = await tenant.Client.GetAsync($"/api/things/{thing.Id()}");
        var now = await read.OkAsync();
        Assert.Equal(6, now["properties"]!.AsObject().Count);
        Assert.Equal(7, (int)now["version"]!);
    }

    [Fact]
    public async Task Status_moves_by_the_table_only()
    {
        var tenant = await host.TenantAsync();
        var thing = await tenant.ThingAsync("n");
        using var back = await tenant.Client.PatchAsJsonAsync($"/api/things/{thing.Id()}", new { status = "draft" });
        await back.ProblemAsync(409, "invalid_status_move");
        using var on = await tenant.Client.PatchAsJsonAsync($"/api/things/{thing.Id()}", new { status = "published" });
        Assert.Equal("published", (string?)(await on.OkAsync())["status"]);
    }

    [Fact]
    public async Task A_user_changes_what_it_made_and_a_customer_sees_what_is_published()
    {
        var tenant = await host.TenantAsync();
        var thing = await tenant.ThingAsync("n");
        using var user = host.As(Guid.NewGuid(), tenant.Group, Role.GroupUser);
        using var foreign = await user.PatchAsJsonAsync($"/api/things/{thing.Id()}", new { name = "m" });
        await foreign.ProblemAsync(403, "insufficient_role");
        using var made = await user.PostAsJsonAsync("/api/things", new { type = "note", name = "own", status = "published" });
        var own = await made.OkAsync();
        using var changed = await user.PatchAsJsonAsync($"/api/things/{own.Id()}", new { name = "m" });
        await changed.OkAsync();
        using var customer = host.As(Guid.NewGuid(), tenant.Group, Role.Customer);
        using var hidden = await customer.GetAsync($"/api/things/{thing.Id()}");
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using var list = await customer.GetAsync("/api/things");
        Assert.Equal(own.Id().ToString(), (string?)Assert.Single((await list.OkAsync())["results"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task Archiving_takes_the_connections_along_and_restoring_brings_them_back()
    {
        var tenant = await host.TenantAsync();
        var (a, b) = (await tenant.ThingAsync("a"), await tenant.ThingAsync("b"));
        using var made = await tenant.Client.PostAsJsonAsync("/api/connections", new { fromId = a.Id(), toId = b.Id(), type = "part_of" });
        var connection = await made.OkAsync();
        using var deleted = await tenant.Client.DeleteAsync($"/api/things/{a.Id()}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await tenant.Client.GetAsync($"/api/connections/{connection.Id()}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var list = await tenant.Client.GetAsync("/api/things");
        Assert.Single((await list.OkAsync())["results"]!.AsArray());
        using var restored = await tenant.Client.PostAsync($"/api/things/{a.Id()}/restore", null);
        Assert.Equal("active", (string?)(await restored.OkAsync())["status"]);
        using var back = await tenant.Client.GetAsync($"/api/connections/{connection.Id()}");
        await back.OkAsync();
    }

    [Fact]
    public async Task Lists_filter_search_page_and_count()
    {
        var tenant = await host.TenantAsync();
        for (var i = 0; i < 7; i++)
        {
            await tenant.ThingAsync($"number {i}", properties: new { size = i });
        }

        await tenant.ThingAsync("a course", "course");
        using var filtered = await tenant.Client.GetAsync("/api/things?filter=properties.size>=5&count=exact&sort=-createdAt");
        Assert.Equal(2, (int)(await filtered.OkAsync())["total"]!);
        using var searched = await tenant.Client.GetAsync("/api/things?q=course&type=course&fields=name");
        Assert.Equal("a course", (string?)Assert.Single((await searched.OkAsync())["results"]!.AsArray())!["name"]);
        var (seen, cursor) = (new HashSet<string>(), "");
        do
        {
            using var page = await tenant.Client.GetAsync($"/api/things?limit=3{cursor}");
            var json = await page.OkAsync();
            Assert.All(json["results"]!.AsArray(), r => Assert.True(seen.Add((string)r!["id"]!)));
            cursor = (bool)json["hasMore"]! ? $"&cursor={json["cursor"]}" : "";
        }
        while (cursor.Length > 0);
        Assert.Equal(8, seen.Count);
        using var bad = await tenant.Client.GetAsync("/api/things?filter=nope>1");
        await bad.ProblemAsync(400, "invalid_filter");
    }
}
