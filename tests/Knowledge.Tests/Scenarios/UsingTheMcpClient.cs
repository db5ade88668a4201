using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePlatform.Knowledge.Tests.Hosting;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Scenarios;

/// <summary>The published npm client of the Model Context Protocol, unchanged, over a socket.</summary>
public sealed class UsingTheMcpClient(KnowledgeHost host) : IClassFixture<KnowledgeHost>
{
    private static readonly Guid s_thing = Guid.NewGuid();

    private readonly ConcurrentQueue<(string Request, string Authorization)> _asked = new();

    [Fact]
    public async Task It_lists_and_calls_tools_within_the_scopes_and_the_group_of_its_credential_and_each_call_is_an_event()
    {
        await using var things = await ThingsAsync();
        await using var service = host.Serve(("services:ontology:http:0", things.Urls.First()), ("services:events:http:0", things.Urls.First()));
        var (tenant, other) = (host.NewTenant(), host.NewTenant());
        const string Text = "Refunds are paid out within 14 days of the request.";
        var document = await tenant.DocumentAsync("Refund policy", Text);
        var others = await other.DocumentAsync("Refund policy", Text);
        var all = host.Tokens.ForKey(Guid.NewGuid(), tenant.Group, "*");

        await NodeClients.CompleteAsync(
            "mcp.mjs", service.Address(), all, host.Tokens.ForKey(Guid.NewGuid(), tenant.Group, "knowledge:read"),
            host.Tokens.ForKey(Guid.NewGuid(), other.Group, "*"), document.ToString(), s_thing.ToString(), others.ToString());

        // Other services are asked with the caller's own token; what was refused for its scope never came to them.
        Assert.All(_asked, a => Assert.Equal($"Bearer {all}", a.Authorization));
        Assert.Equal(
            [$"GET /api/things/{s_thing}", "GET /api/things?type=order", $"GET /api/things/{s_thing}/graph?depth=2", "POST /api/things", $"PATCH /api/things/{s_thing}"],
            _asked.Select(a => a.Request).Take(5));
        Assert.Equal(6, _asked.Count);
        Assert.Equal(17, await host.EventsAsync(tenant.Group, "communication_event"));
        Assert.Equal(2, await host.EventsAsync(other.Group, "communication_event"));
    }

    private async Task<WebApplication> ThingsAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            var request = context.Request;
            _asked.Enqueue(($"{request.Method} {request.Path}{request.QueryString}", request.Headers.Authorization.ToString()));
            await next();
        });
        app.MapGet("/api/things", () => Page(s_thing));
        app.MapGet("/api/things/{id:guid}/graph", (Guid id) => Page(id));
        app.MapGet("/api/things/{id:guid}", (Guid id) => id == s_thing ? Results.Json(new { id, name = "One" }) : Results.NotFound());
        app.MapPost("/api/things", (JsonObject thing) => Results.Json(thing, statusCode: StatusCodes.Status201Created));
        app.MapPatch("/api/things/{id:guid}", async (Guid id, HttpContext context) =>
        {
            Assert.Equal("application/merge-patch+json", context.Request.ContentType);
            return Results.Json(await JsonNode.ParseAsync(context.Request.Body));
        });
        await app.StartAsync();
        return app;
    }

    private static IResult Page(Guid id) => Results.Json(new { results = new[] { new { id } } });
}
