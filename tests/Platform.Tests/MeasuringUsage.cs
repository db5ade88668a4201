using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>What a group uses is told by the services that count it, and shown by Identity and Ontology.</summary>
[Collection(RunningPlatform.Name)]
public sealed class MeasuringUsage(PlatformFixture platform)
{
    [Fact]
    public async Task What_a_key_does_and_what_it_leaves_there_stands_in_the_usage_of_its_group_and_no_other()
    {
        var (tenant, other) = (await platform.NewTenantAsync("usage"), await platform.NewTenantAsync("other"));
        using var key = platform.WithKey(tenant.Key);
        await key.SendAsync(HttpMethod.Post, "/api/things", new { type = "product", name = "Amber", properties = new { title = "Amber" } });
        await key.SendAsync(HttpMethod.Post, "/api/knowledge", new { type = "chunk", text = "Amber is found at the shore." });

        var calls = await UsageAsync(key, "calls", usage => Of(usage, tenant.KeyId) >= 2);
        Assert.True(Of(calls, tenant.KeyId) >= 2);
        // A thing and a chunk are more than a KiB each.
        var storage = await UsageAsync(key, "storage", usage => (long)usage["total"]! > 2 * 1024);
        Assert.Equal((long)storage["total"]!, Of(storage, null));

        await Eventually.TrueAsync(async () =>
        {
            var quotas = (await key.SendAsync(HttpMethod.Get, $"/api/groups/{tenant.GroupId}/usage"))["results"]!.AsArray();
            return Used(quotas, "apiCallsPerMonth") >= 2 && Used(quotas, "storageBytes") == (long)storage["total"]! && Used(quotas, "knowledge") == 1
                && Used(quotas, "aiTokensPerMonth") == 0 && Used(quotas, "things") == 1;
        });

        using var stranger = platform.WithKey(other.Key);
        Assert.True((long)(await stranger.SendAsync(HttpMethod.Get, "/api/usage?metric=storage"))["total"]! < 1024);
        using var refused = await stranger.GetAsync(new Uri($"/api/groups/{tenant.GroupId}/usage", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
    }

    [Fact]
    public async Task A_limit_that_the_platforms_owner_sets_holds_where_it_is_counted()
    {
        var tenant = await platform.NewTenantAsync("limited");
        using var key = platform.WithKey(tenant.Key);
        await key.SendAsync(HttpMethod.Post, "/api/knowledge", new { type = "label", text = "first" });
        await platform.LimitAsync(tenant.GroupId, new { knowledge = 1 });
        await Eventually.TrueAsync(async () =>
        {
            using var answer = await key.PostAsJsonAsync("/api/knowledge", new { type = "label", text = "one more" });
            return answer.StatusCode == HttpStatusCode.Forbidden
                && (string?)(await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"] == "quota_exceeded";
        });
    }

    private static async Task<JsonNode> UsageAsync(HttpClient client, string metric, Predicate<JsonNode> isSo) => await Eventually.NotNullAsync(async () =>
    {
        var usage = await client.SendAsync(HttpMethod.Get, $"/api/usage?metric={metric}&period=today");
        return isSo(usage) ? usage : null;
    });

    private static long Of(JsonNode usage, Guid? key) => usage["results"]!.AsArray()
        .Where(entry => (string?)entry!["keyId"] == key?.ToString()).Sum(entry => (long)entry!["count"]!);

    private static long Used(JsonArray quotas, string quota) => (long)quotas.Single(line => (string?)line!["quota"] == quota)!["used"]!;
}
