using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OnePlatform.Platform.Tests.Secrets;

/// <summary>All that stands around a platform: a collector of telemetry (OTLP over HTTP), a model's provider, a receiver of webhooks. Keeps what it is sent.</summary>
internal sealed class OutsideWorld : IAsyncDisposable
{
    private const string Chunk =
        """{"id":"chat-1","object":"chat.completion.chunk","created":1,"model":"planted","choices":[{"index":0,"delta":{"role":"assistant","content":"It takes five days."},"finish_reason":"stop"}]}""";

    private WebApplication? _app;

    public string Address => _app!.Urls.First();

    /// <summary>Exports as they came; text in them is readable, for protobuf does not compress.</summary>
    public ConcurrentQueue<(string Path, byte[] Body)> Telemetry { get; } = new();

    public ConcurrentQueue<string> Webhooks { get; } = new();

    /// <summary>The credentials that the provider was given.</summary>
    public ConcurrentQueue<string> Credentials { get; } = new();

    /// <summary>The provider refuses, and repeats the key in its answer, as some do.</summary>
    public bool ProviderRefuses { get; set; }

    public static async Task<OutsideWorld> StartAsync()
    {
        var world = new OutsideWorld();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = world._app = builder.Build();
        app.MapPost("/v1/{kind}", (Delegate)world.CollectAsync);
        app.MapPost("/provider/chat/completions", (Delegate)world.AnswerAsync);
        app.MapPost("/hook", async (HttpContext context) => world.Webhooks.Enqueue(Encoding.UTF8.GetString(await BodyAsync(context))));
        await app.StartAsync();
        return world;
    }

    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();

    private async Task<IResult> CollectAsync(HttpContext context)
    {
        Telemetry.Enqueue((context.Request.Path, await BodyAsync(context)));
        return Results.Bytes(ReadOnlyMemory<byte>.Empty, "application/x-protobuf");
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        await BodyAsync(context);
        var credential = context.Request.Headers.Authorization.ToString();
        Credentials.Enqueue(credential);
        return ProviderRefuses
            ? Results.Json(new { error = new { message = $"Incorrect API key provided: {credential}", type = "invalid_request_error", code = "invalid_api_key" } }, statusCode: 401)
            : Results.Text($"data: {Chunk}\n\ndata: [DONE]\n\n", "text/event-stream");
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }
}
