using System.Diagnostics;
using System.Net.Http.Json;

namespace OnePlatform.Bench.Events;

/// <summary>What idle listeners of the stream cost, and how soon all of them hear of an event.</summary>
internal static class ListenersRun
{
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(int listeners)
    {
        await using var log = await LogUnderTest.StartAsync(("Events__Reads__Window", "00:00:00"));
        using var client = log.ClientIn(Lines.Groups[0]);
        client.Timeout = Timeout.InfiniteTimeSpan;
        await Task.WhenAll(await OpenAsync(client, 20, default));
        await HearAsync(client, []);
        var before = log.ServiceMemory;

        var heard = new List<TimeSpan>();
        var since = new Stopwatch();
        var open = await OpenAsync(client, listeners, () =>
        {
            lock (heard)
            {
                heard.Add(since.Elapsed);
            }
        });
        await Task.Delay(s_settle);
        var (after, cpu) = (log.ServiceMemory, log.ProcessorSeconds.Service);
        await Task.Delay(s_settle);
        Console.WriteLine(
            $"{listeners} idle listeners: {(after - before) / 1024.0 / listeners:0.0} KiB each ({before >> 20} MiB before, {after >> 20} MiB with them), "
            + $"{(log.ProcessorSeconds.Service - cpu) / s_settle.TotalSeconds:0.0%} of a core");

        since.Start();
        await HearAsync(client, open);
        Figures.Show("from POST to a listener's hearing of it", [.. heard.Select(h => h.TotalMilliseconds)]);
        return 0;
    }

    private static async Task HearAsync(HttpClient client, IReadOnlyList<Task> listeners)
    {
        using var response = await client.PostAsJsonAsync("/api/events", new { type = "x.measured" });
        response.EnsureSuccessStatusCode();
        await Task.WhenAll(listeners).WaitAsync(TimeSpan.FromMinutes(2));
    }

    /// <returns>When all are connected: one task each, which ends with its first event.</returns>
    private static async Task<IReadOnlyList<Task>> OpenAsync(HttpClient client, int count, Action? heard)
    {
        var open = new List<Task>();
        foreach (var some in Enumerable.Range(0, count).Chunk(50))
        {
            var responses = await Task.WhenAll(some.Select(_ => client.GetAsync("/api/events/stream", HttpCompletionOption.ResponseHeadersRead)));
            open.AddRange(responses.Select(r => heard is null ? CloseAsync(r) : ListenAsync(r, heard)));
        }

        return open;
    }

    private static Task CloseAsync(HttpResponseMessage response)
    {
        response.Dispose();
        return Task.CompletedTask;
    }

    private static async Task ListenAsync(HttpResponseMessage response, Action heard)
    {
        using var listening = response;
        using var lines = new StreamReader(await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                heard();
                return;
            }
        }
    }
}
