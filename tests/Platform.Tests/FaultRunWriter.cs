using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests;

/// <summary>What the platform said it had done.</summary>
internal sealed class Mutations
{
    private int _unanswered;

    /// <summary>Things, keys and knowledge.</summary>
    public ConcurrentQueue<Guid> Created { get; } = new();

    /// <summary>Things, with the version the change made.</summary>
    public ConcurrentQueue<(Guid Thing, long Version)> Updated { get; } = new();

    /// <summary>Custom events, by a word of their own.</summary>
    public ConcurrentQueue<string> Notes { get; } = new();

    public int Acknowledged => Created.Count + Updated.Count + Notes.Count;

    /// <summary>Of these nobody knows whether they happened but the databases.</summary>
    public int Unanswered => _unanswered;

    public void Lost() => Interlocked.Increment(ref _unanswered);
}

/// <summary>One of many who change something in every service, again and again, and note what was acknowledged.</summary>
internal sealed class FaultRunWriter(HttpClient client, Mutations mutations, int number)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMilliseconds(300);

    private Guid? _thing;

    public async Task RunAsync(CancellationToken until)
    {
        for (var round = number; !until.IsCancellationRequested; round++)
        {
            var done = await TryAsync(round);
            await Task.Delay(done ? s_pause : s_pauseAfterFailure, CancellationToken.None);
        }
    }

    private async Task<bool> TryAsync(int round)
    {
        try
        {
            switch (round % 5)
            {
                case 0:
                    _thing = await CreateAsync("/api/things", new { type = "note", name = $"Note {number}/{round}" });
                    return true;
                case 1 or 2 when _thing is { } thing:
                    var changed = await SendAsync(HttpMethod.Patch, $"/api/things/{thing}", new { name = $"Note {number}/{round} {Guid.NewGuid():N}" });
                    mutations.Updated.Enqueue((thing, changed["version"]!.GetValue<long>()));
                    return true;
                case 3:
                    var note = Guid.NewGuid().ToString();
                    await SendAsync(HttpMethod.Post, "/api/events", new { type = "x.note", metadata = new { note } });
                    mutations.Notes.Enqueue(note);
                    return true;
                default:
                    await (round % 2 == 0
                        ? CreateAsync("/api/api-keys", new { name = $"key {number}/{round}", scopes = new[] { "events:read" } })
                        : CreateAsync("/api/knowledge", new { type = "label", text = $"label {number} of round {round}" }));
                    return true;
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            mutations.Lost();
            return false;
        }
    }

    private async Task<Guid> CreateAsync(string path, object body)
    {
        var id = (await SendAsync(HttpMethod.Post, path, body))["id"]!.GetValue<Guid>();
        mutations.Created.Enqueue(id);
        return id;
    }

    /// <exception cref="HttpRequestException">Refused because something is down; a refusal for any other reason is the test's fault and fails it.</exception>
    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if ((int)response.StatusCode >= 500)
        {
            throw new HttpRequestException(text);
        }

        Assert.True(response.IsSuccessStatusCode, $"{method} {path} answered {(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
