using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>Every operation that the document has of the log and its webhooks, through the gateway, with the success it promises.</summary>
[Collection(RunningPlatform.Name)]
public sealed class CallingTheLog(PlatformFixture platform)
{
    private readonly HashSet<string> _called = [];

    private JsonObject _operations = [];

    [Fact]
    public async Task Every_operation_answers_as_documented()
    {
        using var anonymous = platform.Anonymous();
        _operations = OperationsOf(await anonymous.SendAsync(HttpMethod.Get, "/openapi/v1.json"));
        var tenant = await platform.NewTenantAsync("log");
        using var client = platform.WithKey(tenant.Key);

        await ReadAsync(client);
        await KeepAsync(client);
        await BeToldAsync(client);
        using var admin = await AdminAsync(anonymous);
        await CallAsync(admin, "RedriveEvents", "/api/events/redrive");

        Assert.Equal(_operations.Select(o => o.Key).Order(StringComparer.Ordinal), _called.Order(StringComparer.Ordinal));
    }

    private async Task ReadAsync(HttpClient client)
    {
        var thing = (await client.SendAsync(HttpMethod.Post, "/api/things", new { type = "note", name = "Blue whale" }))["id"]!.GetValue<Guid>();
        var own = JsonNode.Parse(await CallAsync(client, "CreateEvent", "/api/events", new { type = "x.seen", metadata = new { city = "Oslo", count = 3 } }))!;
        var (id, actor) = (own["id"]!.GetValue<Guid>(), own["actorId"]!.GetValue<Guid>());
        await Eventually.TrueAsync(async () => Found(await CallAsync(client, "ListEventsOfTarget", $"/api/events/target/{thing}")) == 1);

        Assert.Equal(1, Found(await CallAsync(client, "ListEvents", "/api/events?type=x.seen&q=oslo&filter=metadata.count>2&fields=id,type")));
        Assert.Contains(id.ToString(), await CallAsync(client, "GetEvent", $"/api/events/{id}"), StringComparison.Ordinal);
        Assert.Contains(id.ToString(), await CallAsync(client, "ListEventsOfActor", $"/api/events/actor/{actor}"), StringComparison.Ordinal);
        Assert.Contains("x.seen", await CallAsync(client, "GetTimeline", "/api/events/timeline?bucket=hour&timezone=Asia/Kathmandu"), StringComparison.Ordinal);
        Assert.Contains("x.seen", await CallAsync(client, "GetEventStats", "/api/events/stats"), StringComparison.Ordinal);
        Assert.Contains("entity_created", await CallAsync(client, "ExportEvents", "/api/events/export?format=csv"), StringComparison.Ordinal);
        Assert.Contains("entity_created", await CallAsync(client, "ListThingEvents", $"/api/things/{thing}/events"), StringComparison.Ordinal);
        await StreamAsync(client, id);
        await TrustAsync(client, id);
    }

    private async Task TrustAsync(HttpClient client, Guid id)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                using var proof = await client.GetAsync(new Uri($"/api/events/{id}/proof", UriKind.Relative));
                return proof.IsSuccessStatusCode;
            });
        Assert.Contains("x.seen", await CallAsync(client, "ProveEvent", $"/api/events/{id}/proof"), StringComparison.Ordinal);
        var statement = JsonNode.Parse(await CallAsync(client, "ListCheckpoints", "/api/events/checkpoints?limit=1"))!["results"]![0]!["statement"]!.GetValue<string>();
        var verified = JsonNode.Parse(await CallAsync(client, "VerifyLog", "/api/events/verify", new { checkpoint = statement, from = 1 }))!;
        Assert.True(verified["isIntact"]!.GetValue<bool>(), verified.ToJsonString());
        Assert.True(verified["checked"]!.GetValue<long>() >= 2);
    }

    private async Task StreamAsync(HttpClient client, Guid expected)
    {
        using var deadline = new CancellationTokenSource(Eventually.Deadline);
        using var response = await client.GetAsync(
            new Uri("/api/events/stream?type=x.seen&afterPosition=0", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Answered("StreamEvents", response, "");
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token));
        string? line;
        do
        {
            line = await lines.ReadLineAsync(deadline.Token);
        }
        while (line?.StartsWith("data: ", StringComparison.Ordinal) == false);
        Assert.Equal(expected, JsonNode.Parse(line![6..])!["id"]!.GetValue<Guid>());
    }

    private async Task KeepAsync(HttpClient client)
    {
        await CallAsync(client, "SetEventRetention", "/api/events/retention", new { days = 7, legalHold = false }, HttpMethod.Put);
        Assert.Equal(7, JsonNode.Parse(await CallAsync(client, "GetEventRetention", "/api/events/retention"))!["days"]!.GetValue<int>());
    }

    private async Task BeToldAsync(HttpClient client)
    {
        // It says 200 to whatever it is sent.
        var url = new Uri(platform.Platform.BaseAddress, "/health/live");
        var made = JsonNode.Parse(await CallAsync(client, "CreateWebhook", "/api/webhooks", new { url, types = new[] { "x.told" } }))!;
        var path = $"/api/webhooks/{made["id"]!.GetValue<Guid>()}";
        Assert.Equal(1, Found(await CallAsync(client, "ListWebhooks", "/api/webhooks")));
        await CallAsync(client, "GetWebhook", path);
        await CallAsync(client, "UpdateWebhook", path, new { description = "of a test" }, HttpMethod.Patch);
        await CallAsync(client, "RotateWebhookSecret", $"{path}/rotate-secret");
        Assert.True(JsonNode.Parse(await CallAsync(client, "TestWebhook", $"{path}/test"))!["delivered"]!.GetValue<bool>());
        Assert.Equal(1, Found(await CallAsync(client, "ListWebhookDeliveries", $"{path}/deliveries")));
        await CallAsync(client, "ReplayWebhook", $"{path}/replay", new { fromPosition = 1 });
        await CallAsync(client, "DeleteWebhook", path, method: HttpMethod.Delete);
    }

    private async Task<HttpClient> AdminAsync(HttpClient anonymous)
    {
        var password = platform.Demo["password"]!.GetValue<string>();
        var session = await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email = "admin@oneplatform.local", password });
        var admin = platform.Anonymous();
        admin.DefaultRequestHeaders.Authorization = new("Bearer", session["accessToken"]!.GetValue<string>());
        return admin;
    }

    /// <summary>GET unless there is a body or the operation is a POST.</summary>
    private async Task<string> CallAsync(HttpClient client, string operation, string path, object? body = null, HttpMethod? method = null)
    {
        var usual = new HttpMethod(_operations[operation]!["method"]!.GetValue<string>());
        Assert.Equal(method ?? usual, usual);
        using var request = new HttpRequestMessage(usual, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Answered(operation, response, text);
        return text;
    }

    private void Answered(string operation, HttpResponseMessage response, string text)
    {
        var promised = _operations[operation]!["status"]!.GetValue<int>();
        Assert.True((int)response.StatusCode == promised, $"{operation} promises {promised} and answered {(int)response.StatusCode}: {text}");
        _called.Add(operation);
    }

    private static int Found(string page) => JsonNode.Parse(page)!["results"]!.AsArray().Count;

    /// <returns>By operation id: its method and the status of its success.</returns>
    private static JsonObject OperationsOf(JsonNode document) => new(
        from path in document["paths"]!.AsObject()
        where path.Key.StartsWith("/api/events", StringComparison.Ordinal) || path.Key.StartsWith("/api/webhooks", StringComparison.Ordinal)
            || path.Key == "/api/things/{id}/events"
        from operation in path.Value!.AsObject()
        where operation.Value?["operationId"] is not null
        let status = operation.Value["responses"]!.AsObject().Select(r => r.Key).Single(s => s.StartsWith('2'))
        select KeyValuePair.Create<string, JsonNode?>(
            operation.Value["operationId"]!.GetValue<string>(),
            new JsonObject { ["method"] = operation.Key.ToUpperInvariant(), ["status"] = int.Parse(status, System.Globalization.CultureInfo.InvariantCulture) }));
}
