using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.AppHost;
using OnePlatform.AppHost.Local;
using OnePlatform.Testing;

namespace OnePlatform.Platform.Tests;

/// <summary>The whole platform as the AppHost runs it, with the demo tenant, once for all tests that only talk to it.</summary>
public class PlatformFixture : IAsyncLifetime
{
    public LocalPlatform Platform { get; private set; } = null!;

    /// <summary>Known to Identity as <c>fake</c>.</summary>
    public FakeProvider Provider { get; private set; } = null!;

    public JsonNode Demo { get; private set; } = null!;

    public string DemoKey => Demo["apiKey"]!.GetValue<string>();

    /// <summary>Where its state is; a temporary folder unless stated.</summary>
    protected virtual string? DataFolder => null;

    public async Task InitializeAsync()
    {
        Provider = await FakeProvider.StartAsync();
        var environment = Provider.Settings("fake").ToDictionary(s => s.Item1.Replace(":", "__", StringComparison.Ordinal), s => (string?)s.Item2);
        environment["Usage__MeasureInterval"] = "00:00:01";
        await Starting.InTurnAsync(async () =>
        {
            Platform = await LocalPlatform.StartAsync(
                new LocalPlatformOptions { Throwaway = true, Demo = true, DataFolder = DataFolder, Environment = environment });
            await Platform.WaitUntilReadyAsync(Eventually.Deadline);
        });
        Demo = JsonNode.Parse(await File.ReadAllTextAsync(Platform.DemoFile))!;
    }

    public virtual async Task DisposeAsync()
    {
        await Platform.DisposeAsync();
        await Provider.DisposeAsync();
    }

    public HttpClient Anonymous() => new() { BaseAddress = Platform.BaseAddress, Timeout = TimeSpan.FromSeconds(60) };

    public HttpClient WithKey(string key)
    {
        var client = Anonymous();
        client.DefaultRequestHeaders.Add("X-API-Key", key);
        return client;
    }

    /// <summary>A tenant of its own: somebody who signs up, and a key for their group.</summary>
    public async Task<Tenant> NewTenantAsync(string name)
    {
        using var anonymous = Anonymous();
        var email = $"{name}-{Guid.NewGuid():N}@example.com";
        const string Password = "plum-Ladder-97-river";
        var session = await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signup", new { email, password = Password, name });
        // Where a test has just broken something, the personal group may come later than a sign-up waits for it.
        if (session["group"] is null)
        {
            session = await Eventually.NotNullAsync(async () =>
            {
                var again = await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email, password = Password });
                return again["group"] is null ? null : again;
            });
        }

        var group = session["group"]!["id"]!.GetValue<Guid>();
        // A test that tries every route must meet their answers, not the plan's request limit; nor before these are in force.
        await LimitAsync(group, new { requestsPerMinute = 600_000, burst = 60_000, apiCallsPerMonth = 100_000_000 });
        using var person = Anonymous();
        person.DefaultRequestHeaders.Authorization = new("Bearer", session["accessToken"]!.GetValue<string>());
        var key = await person.SendAsync(
            HttpMethod.Post, "/api/api-keys", new { name = "test", scopes = new[] { "*" }, rateLimit = new { requests = 600_000, burst = 60_000 } });
        using var made = WithKey(key["key"]!.GetValue<string>());
        await Eventually.TrueAsync(async () =>
        {
            using var response = await made.GetAsync(new Uri("/api/things?limit=1", UriKind.Relative));
            return response.Headers.TryGetValues("RateLimit-Policy", out var policies)
                && policies.Single().Contains("\"group\";q=600000;", StringComparison.Ordinal);
        });
        return new Tenant(
            group, session["user"]!["id"]!.GetValue<Guid>(),
            key["id"]!.GetValue<Guid>(), key["key"]!.GetValue<string>(), session["accessToken"]!.GetValue<string>());
    }

    /// <summary>Sets what a group may use, as the platform's owner does.</summary>
    public async Task LimitAsync(Guid group, object limits)
    {
        using var anonymous = Anonymous();
        var password = Demo["password"]!.GetValue<string>();
        var session = await anonymous.SendAsync(HttpMethod.Post, "/api/auth/signin", new { email = "admin@oneplatform.local", password });
        using var admin = Anonymous();
        admin.DefaultRequestHeaders.Authorization = new("Bearer", session["accessToken"]!.GetValue<string>());
        admin.DefaultRequestHeaders.Add("X-Group-Id", group.ToString());
        await admin.SendAsync(HttpMethod.Patch, $"/api/groups/{group}", new { settings = new { limits } });
    }
}

public sealed record Tenant(Guid GroupId, Guid PersonId, Guid KeyId, string Key, string AccessToken);

[CollectionDefinition(Name)]
public sealed class RunningPlatform : ICollectionFixture<PlatformFixture>
{
    public const string Name = "running platform";
}

/// <summary>Another, whose parts are ended, paused and starved; PostgreSQL's files are on a disk of their own where that may be.</summary>
public sealed class BreakablePlatformFixture : PlatformFixture
{
    internal SmallDisk? Disk { get; } = SmallDisk.IsPossible ? SmallDisk.Under(Path.Combine("servers", ResourceNames.Postgres)) : null;

    protected override string? DataFolder => Disk?.Data;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Disk?.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class BreakablePlatform : ICollectionFixture<BreakablePlatformFixture>
{
    public const string Name = "breakable platform";
}

internal static class Starting
{
    private static readonly SemaphoreSlim s_turn = new(1);

    /// <summary>One platform after the other: of several that start at once on two cores the last is ready later than in turn.</summary>
    public static async Task InTurnAsync(Func<Task> start)
    {
        await s_turn.WaitAsync();
        try
        {
            await start();
        }
        finally
        {
            s_turn.Release();
        }
    }
}

internal static class Requests
{
    /// <summary>As a client ought to: whoever is told to come again (503) does, and by its Idempotency-Key acts once nevertheless.</summary>
    /// <param name="once">False where Redis is away, without which no request with such a key is taken.</param>
    public static async Task<JsonNode> SendPatientlyAsync(this HttpClient client, HttpMethod method, string path, object? body = null, bool once = true)
    {
        var (key, answer) = (Guid.NewGuid().ToString(), (JsonNode?)null);
        await Eventually.TrueAsync(async () =>
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            if (once && method == HttpMethod.Post)
            {
                request.Headers.Add("Idempotency-Key", key);
            }

            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict)
            {
                return false;
            }

            Assert.True(response.IsSuccessStatusCode, $"{method} {path} answered {(int)response.StatusCode}: {text}");
            answer = text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
            return true;
        });
        return answer!;
    }

    /// <summary>Sends JSON and reads the answer, which must be a success.</summary>
    public static async Task<JsonNode> SendAsync(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{method} {path} answered {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}
