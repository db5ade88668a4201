using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OnePlatform.Knowledge.Tests.Hosting;

/// <summary>An OpenAI-compatible endpoint on a real socket, that says what a test tells it to.</summary>
internal sealed class FakeModel : IAsyncDisposable
{
    private const int Dimensions = 8;

    private readonly WebApplication _app;

    private FakeModel(WebApplication app) => _app = app;

    public ConcurrentQueue<JsonObject> ChatRequests { get; } = new();

    public ConcurrentQueue<JsonObject> EmbeddingRequests { get; } = new();

    /// <summary>Answers to give before the real one.</summary>
    public ConcurrentQueue<int> Refusals { get; } = new();

    /// <summary>What stands in place of its answers, with status 200, one after the other.</summary>
    public ConcurrentQueue<string> Pages { get; } = new();

    /// <summary>What becomes of its vectors, one answer after the other.</summary>
    public ConcurrentQueue<Action<JsonArray>> Changes { get; } = new();

    public string[] Deltas { get; set; } = ["Refunds take ", "14 days [1]."];

    /// <summary>Whole answers to give before <see cref="Deltas"/>.</summary>
    public ConcurrentQueue<string> Answers { get; } = new();

    /// <summary>Waits after the first delta until the client goes away.</summary>
    public bool Hangs { get; set; }

    /// <summary>Breaks the connection after the first delta.</summary>
    public bool Breaks { get; set; }

    /// <summary>So many texts it embeds, then it says nothing more until this is null.</summary>
    public int? EmbedsUntilSilence { get; set; }

    public TaskCompletionSource FellSilent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource ClientGone { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Address => $"{_app.Urls.First()}/v1";

    public static async Task<FakeModel> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var model = new FakeModel(app);
        app.MapPost("/v1/chat/completions", model.ChatAsync);
        app.MapPost("/v1/embeddings", model.EmbedAsync);
        await app.StartAsync();
        return model;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ChatAsync(HttpContext context)
    {
        ChatRequests.Enqueue((await JsonNode.ParseAsync(context.Request.Body))!.AsObject());
        if (await RefusedAsync(context))
        {
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.ContentLength = Breaks ? 1_000_000 : null;
        var deltas = Answers.TryDequeue(out var answer) ? [answer] : Deltas;
        for (var i = 0; i < deltas.Length; i++)
        {
            await SendAsync(context, new JsonObject { ["content"] = deltas[i] }, null);
            if (i == 0 && Breaks)
            {
                // Less than was promised: the server closes the connection, and what was sent arrives.
                return;
            }

            if (i == 0 && Hangs)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ClientGone.TrySetResult();
                return;
            }
        }

        await SendAsync(context, [], "stop");
        await context.Response.WriteAsync("""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":21,"completion_tokens":7,"total_tokens":28}}""" + "\n\ndata: [DONE]\n\n");
    }

    private static async Task SendAsync(HttpContext context, JsonObject delta, string? finish)
    {
        var chunk = new JsonObject
        {
            ["id"] = "c",
            ["object"] = "chat.completion.chunk",
            ["created"] = 1,
            ["model"] = "m",
            ["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["delta"] = delta, ["finish_reason"] = finish }),
        };
        await context.Response.WriteAsync($"data: {chunk.ToJsonString()}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private async Task EmbedAsync(HttpContext context)
    {
        var request = (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();
        EmbeddingRequests.Enqueue(request);
        if (await RefusedAsync(context))
        {
            return;
        }

        List<string> inputs = request["input"] is JsonArray many ? [.. many.Select(i => (string)i!)] : [(string)request["input"]!];
        if ((EmbedsUntilSilence -= inputs.Count) < 0)
        {
            FellSilent.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        var data = new JsonArray([.. inputs.Select((text, i) => (JsonNode)new JsonObject
        {
            ["object"] = "embedding", ["index"] = i, ["embedding"] = Convert.ToBase64String(VectorOf(text)),
        })]);
        if (Changes.TryDequeue(out var change))
        {
            change(data);
        }

        await context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["object"] = "list",
            ["model"] = "m",
            ["data"] = data,
            ["usage"] = new JsonObject { ["prompt_tokens"] = 1, ["total_tokens"] = 1 },
        });
    }

    private async Task<bool> RefusedAsync(HttpContext context)
    {
        if (Pages.TryDequeue(out var page))
        {
            await context.Response.WriteAsync(page);
            return true;
        }

        if (!Refusals.TryDequeue(out var status))
        {
            return false;
        }

        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new JsonObject { ["error"] = new JsonObject { ["message"] = "secret detail of the provider" } });
        return true;
    }

    // One axis for each first letter, so that texts with the same first letter are near.
    private static byte[] VectorOf(string text)
    {
        var bytes = new byte[Dimensions * sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(text[0] % Dimensions * sizeof(float)), 3);
        return bytes;
    }
}
