using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OnePlatform.Testing;

namespace OnePlatform.Events.Tests;

internal sealed record Received(DateTimeOffset At, IHeaderDictionary Headers, string Body)
{
    public string Id => Headers["webhook-id"].ToString();

    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}

/// <summary>Somebody else's server: keeps what it gets by path, and answers as told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Received>> _received = new();
    private readonly ConcurrentDictionary<string, Func<int, HttpContext, Task>> _answers = new();
    private WebApplication? _app;

    public string Address => _app!.Urls.First();

    public static async Task<Receiver> StartAsync()
    {
        var receiver = new Receiver();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        receiver._app = builder.Build();
        receiver._app.Run(receiver.TakeAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>An address of its own, and how it answers the first call, the second, …</summary>
    public (string Url, Func<IReadOnlyList<Received>> Got) Open(Func<int, HttpContext, Task>? answer = null)
    {
        var path = $"/{Guid.NewGuid()}";
        _answers[path] = answer ?? ((_, _) => Task.CompletedTask);
        return (Address + path, () => Of(path));
    }

    public static Func<int, HttpContext, Task> Answers(params int[] statuses) => (call, context) =>
    {
        context.Response.StatusCode = statuses[Math.Min(call, statuses.Length) - 1];
        return context.Response.WriteAsync($"call {call}");
    };

    public static Task<bool> CountsAsync(Func<IReadOnlyList<Received>> got, int count) => Task.FromResult(got().Count >= count);

    public static Task GetsAsync(Func<IReadOnlyList<Received>> got, int count)
        => Eventually.TrueAsync(() => CountsAsync(got, count), otherwise: () => $"{got().Count} of {count} came.");

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private IReadOnlyList<Received> Of(string path) => _received.TryGetValue(path, out var queue) ? [.. queue] : [];

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var got = _received.GetOrAdd(context.Request.Path, _ => new());
        int call;
        var received = new Received(TimeProvider.System.GetUtcNow(), new HeaderDictionary(context.Request.Headers.ToDictionary(h => h.Key, h => h.Value)), await reader.ReadToEndAsync());
        lock (got)
        {
            got.Enqueue(received);
            call = got.Count;
        }

        if (_answers.TryGetValue(context.Request.Path, out var answer))
        {
            await answer(call, context);
        }
    }
}
