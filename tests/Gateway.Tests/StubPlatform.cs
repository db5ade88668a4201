using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePlatform.Gateway.Credentials;

namespace OnePlatform.Gateway.Tests;

/// <summary>Identity's token exchange and a service that answers with the request it got, as real servers.</summary>
public sealed class StubPlatform : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, JsonObject> _grants = new();
    private readonly ConcurrentDictionary<string, (int Status, string Code)> _refusals = new();
    private readonly ConcurrentDictionary<string, RequestDelegate> _answers = new();
    private readonly ConcurrentDictionary<string, string> _addresses = new();
    private WebApplication? _server;
    private int _exchanges;

    public string Address => _server!.Urls.First();

    public int Exchanges => Volatile.Read(ref _exchanges);

    /// <summary>Waited for before each exchange is answered.</summary>
    public Func<Task> BeforeAnswer { get; set; } = () => Task.CompletedTask;

    /// <summary>Waited for before a service's OpenAPI document is answered.</summary>
    public Func<Task> BeforeDocument { get; set; } = () => Task.CompletedTask;

    /// <summary>A service's answer on a path of the test's own.</summary>
    public void Answer(string path, RequestDelegate answer) => _answers[path] = answer;

    public static async Task<StubPlatform> StartAsync()
    {
        var stub = new StubPlatform();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = stub._server = builder.Build();
        app.MapPost("/internal/token-exchange", stub.ExchangeAsync);
        app.MapGet("/openapi/v1.json", async () =>
        {
            await stub.BeforeDocument();
            return Results.Text(OpenApi, "application/json");
        });
        app.MapGet("/api/things/broken", () => Results.Text("<h1>oops</h1>", "text/html", statusCode: 502));
        app.MapGet("/api/things/bug", () => Results.Problem(statusCode: 500, title: "Internal Server Error"));
        app.UseWebSockets();
        app.MapFallback(context => stub._answers.TryGetValue(context.Request.Path, out var answer) ? answer(context) : EchoAsync(context));
        await app.StartAsync();
        return stub;
    }

    public const string OpenApi =
        """
        {"openapi":"3.1.1","info":{"title":"x","version":"1"},
         "paths":{"/api/things":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Thing"}}}}}}},"/internal/x":{"get":{}}},
         "components":{"schemas":{"Thing":{"type":"object"}}},"tags":[{"name":"Things"}]}
        """;

    /// <summary>A well-formed key that Identity knows.</summary>
    public string MakeKey(Guid? keyId = null, Guid? group = null, int requests = 100_000, int burst = 1000, string? origin = null, (Guid Id, int Requests)? ancestor = null, long? callsPerMonth = null)
    {
        var key = NewKey();
        var acting = group ?? Guid.NewGuid();
        _grants[key] = new JsonObject
        {
            ["accessToken"] = $"jwt-of-{key[^6..]}",
            ["expiresAt"] = DateTimeOffset.UtcNow.AddMinutes(5),
            ["subjectId"] = (keyId ??= Guid.NewGuid()).ToString(),
            ["keyId"] = keyId.ToString(),
            ["groupId"] = acting.ToString(),
            ["groupPath"] = new JsonArray(acting.ToString()),
            ["role"] = "group_owner",
            ["scopes"] = new JsonArray("*"),
            ["limit"] = new JsonObject { ["requests"] = requests, ["burst"] = burst },
            ["groups"] = new JsonArray(new JsonObject
            {
                ["id"] = acting.ToString(),
                ["requestsPerMinute"] = 1_000_000,
                ["burst"] = 1000,
                ["apiCallsPerMonth"] = callsPerMonth,
                ["corsOrigins"] = origin is null ? new JsonArray() : new JsonArray(origin),
            }),
        };
        if (ancestor is { } above)
        {
            ((JsonArray)_grants[key]["groups"]!).Add(new JsonObject { ["id"] = above.Id.ToString(), ["requestsPerMinute"] = above.Requests, ["burst"] = 0 });
        }

        return key;
    }

    public static string NewKey()
    {
        var start = $"gsk_test_{Random.Shared.GetString("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 43)}";
        return $"{start}_{ApiKeyFormat.ChecksumOf(start)}";
    }

    /// <summary>From now on Identity refuses it.</summary>
    public void Refuse(string credential, int status, string code)
    {
        _refusals[credential] = (status, code);
        _grants.TryRemove(credential, out _);
    }

    /// <summary>From now on the key is good from this address alone.</summary>
    public void Tie(string key, string address) => _addresses[key] = address;

    /// <summary>Lets a credential of any kind pass as a person's.</summary>
    public void Accept(string credential, Guid? session = null) => _grants[credential] = new JsonObject
    {
        ["accessToken"] = "jwt-of-a-person",
        ["expiresAt"] = DateTimeOffset.UtcNow.AddMinutes(5),
        ["subjectId"] = Guid.NewGuid().ToString(),
        ["sessionId"] = (session ?? Guid.NewGuid()).ToString(),
        ["personId"] = Guid.NewGuid().ToString(),
    };

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task<IResult> ExchangeAsync(JsonObject question)
    {
        Interlocked.Increment(ref _exchanges);
        var credential = question["credential"]!.GetValue<string>();
        var answer = _grants.TryGetValue(credential, out var grant) ? grant.ToJsonString() : null;
        await BeforeAnswer();
        if (_addresses.TryGetValue(credential, out var address) && question["clientIp"]?.GetValue<string>() != address)
        {
            return Results.Problem(statusCode: 403, extensions: new Dictionary<string, object?> { ["code"] = "ip_not_allowed" });
        }

        if (answer is not null)
        {
            return Results.Text(answer, "application/json");
        }

        var (status, code) = _refusals.GetValueOrDefault(credential, (401, "key_not_found"));
        return Results.Problem(statusCode: status, extensions: new Dictionary<string, object?> { ["code"] = code });
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var body = await new StreamReader(context.Request.Body).ReadToEndAsync();
        await context.Response.WriteAsJsonAsync(new
        {
            method = context.Request.Method,
            path = context.Request.Path.Value,
            headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString()),
            length = body.Length,
        });
    }
}
