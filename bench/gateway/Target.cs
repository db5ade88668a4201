using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OnePlatform.Bench.Gateway;

/// <summary>The endpoint behind both proxies, and a token exchange that knows every key, so that nothing but the gateway is measured.</summary>
internal static class Target
{
    private static readonly byte[] s_thing = Encoding.UTF8.GetBytes(
        """{"id":"01900000-0000-7000-8000-000000000001","type":"product","name":"A thing","status":"active","properties":{"price":12.5},"createdAt":"2026-01-01T00:00:00.000Z"}""");

    public static async Task<int> RunAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapPost("/internal/token-exchange", () => Results.Json(Grant()));
        app.MapGet("/api/things", context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = s_thing.Length;
            return context.Response.Body.WriteAsync(s_thing, context.RequestAborted).AsTask();
        });
        // In place of a collector: takes what telemetry sends and forgets it.
        app.MapPost("/v1/{kind}", async (HttpContext context) =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            return Results.Bytes([], "application/x-protobuf");
        });
        await app.RunAsync();
        return 0;
    }

    // As long as a real access token: it is copied into every forwarded request.
    private static object Grant()
    {
        var (key, group, root) = (Guid.Parse("01900000-0000-7000-8000-00000000000a"), Guid.Parse("01900000-0000-7000-8000-00000000000b"), Guid.Parse("01900000-0000-7000-8000-00000000000c"));
        return new
        {
            accessToken = new string('a', 620),
            expiresAt = DateTimeOffset.UtcNow.AddMinutes(5),
            subjectId = key,
            keyId = key,
            groupId = group,
            groupPath = new[] { root, group },
            role = "group_owner",
            scopes = new[] { "*" },
            limit = new { requests = 600_000_000, burst = 1000 },
            groups = new[]
            {
                new { id = group, requestsPerMinute = 600_000_000, burst = 1000 },
                new { id = root, requestsPerMinute = 600_000_000, burst = 1000 },
            },
        };
    }
}
