using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace OnePlatform.Bench.Events;

/// <summary>How long after its commit an event can be read over HTTP, at a steady rate of writers.</summary>
internal static class VisibleRun
{
    private const int PerSecond = 500;
    private const int PerTransaction = 5;

    public static async Task<int> RunAsync(int seconds)
    {
        await using var log = await LogUnderTest.StartAsync();
        await using var source = await log.StartSourceAsync();
        await MeasureAsync(log, source, 3);
        var latencies = await MeasureAsync(log, source, seconds);
        Figures.Show($"commit to GET /api/events, {PerSecond}/s", latencies);
        return 0;
    }

    private static async Task<IReadOnlyCollection<double>> MeasureAsync(LogUnderTest log, Source source, int seconds)
    {
        var committed = new ConcurrentDictionary<Guid, long>();
        var latencies = new List<double>();
        var total = PerSecond * seconds;
        using var client = log.ClientIn(Lines.Groups[0]);
        var reading = ReadAsync(client, await LastAsync(log), total, committed, latencies);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < total; i += PerTransaction)
        {
            var due = TimeSpan.FromSeconds((double)i / PerSecond);
            if (due > clock.Elapsed)
            {
                await Task.Delay(due - clock.Elapsed);
            }

            // All in one group, so that one reader sees them all.
            var messages = Enumerable.Range(i, PerTransaction).Select(Lines.Message)
                .Select(m => m with { Log = [m.Log[0] with { GroupId = Lines.Groups[0] }] }).ToList();
            await source.AddAsync(messages);
            var now = Stopwatch.GetTimestamp();
            messages.ForEach(m => committed[m.Log[0].Id] = now);
        }

        await reading.WaitAsync(TimeSpan.FromMinutes(2));
        return latencies;
    }

    private static Task<long> LastAsync(LogUnderTest log)
        => log.ScalarAsync<long>("select coalesce(max(last), 0) from group_positions where group_id = $1", Lines.Groups[0]);

    private static async Task ReadAsync(HttpClient client, long position, int total, ConcurrentDictionary<Guid, long> committed, List<double> latencies)
    {
        while (latencies.Count < total)
        {
            using var page = JsonDocument.Parse(await client.GetByteArrayAsync($"/api/events?afterPosition={position}&limit=200&fields=id,position"));
            var seen = Stopwatch.GetTimestamp();
            foreach (var found in page.RootElement.GetProperty("results").EnumerateArray())
            {
                position = found.GetProperty("position").GetInt64();
                // Seen before the writer noted its commit: no time has passed.
                var at = committed.TryGetValue(found.GetProperty("id").GetGuid(), out var noted) ? noted : seen;
                latencies.Add(Stopwatch.GetElapsedTime(at, seen).TotalMilliseconds);
            }

            await Task.Delay(5);
        }
    }
}
