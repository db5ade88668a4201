using System.Diagnostics;
using System.Net.Http.Json;

namespace OnePlatform.Bench.Events;

/// <summary>What writers lose while a million old events are archived and removed.</summary>
internal static class RetentionRun
{
    private const int Writers = 16;

    // With and without it in turn, for the rate of writers falls by itself as the log grows, and with every checkpoint of the database.
    private static readonly TimeSpan s_beside = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_alone = TimeSpan.FromSeconds(10);

    // The removal learns of a hold with its next batch, and ends with its file.
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(3);

    // The service is compiled anew while it runs, and the pages of the log are read; the rate triples in that time.
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(90);

    public static async Task<int> RunAsync(int events)
    {
        var archive = Directory.CreateTempSubdirectory("events-bench-archive-");
        try
        {
            await using var log = await LogUnderTest.StartAsync(
                ("Events__Retention__Interval", "00:00:02"), ("Events__Retention__ArchiveFolder", archive.FullName),
                ("Events__Retention__FileSize", "10000"), ("Events__Reads__Window", "00:00:00"));
            // Others keep the same months, so that none can be dropped whole: the dear way.
            var now = TimeProvider.System.GetUtcNow();
            await new LoadedLog(log).FillAsync(Lines.Groups, events * 5L / 4, now.AddDays(-90), now.AddDays(-31));
            return await MeasureAsync(log, Lines.Groups[0]);
        }
        finally
        {
            archive.Delete(recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(LogUnderTest log, Guid old)
    {
        using var client = log.ClientIn(Lines.Groups[1]);
        using var ending = new CancellationTokenSource();
        var written = 0L;
        var writers = Enumerable.Range(0, Writers).Select(_ => WriteAsync(client, () => Interlocked.Increment(ref written), ending.Token)).ToArray();
        await Task.Delay(s_warm);

        var last = await log.ScalarAsync<long>("select last from group_positions where group_id = $1", old);
        var count = await LeftAsync(log, old, last);
        await log.ScalarAsync<int>("insert into event_retention (group_id, days, legal_hold, updated_at) values ($1, 30, true, now())", old);
        var (removing, left) = (TimeSpan.Zero, count);
        List<(double Alone, double Beside, double After)> rounds = [];
        var alone = await RateAsync(s_alone);
        while (left > 0)
        {
            await HoldAsync(false);
            await Eventually(async () => await LeftAsync(log, old, last) < left);
            var watch = Stopwatch.StartNew();
            var beside = await RateAsync(s_beside);
            removing += watch.Elapsed;
            await HoldAsync(true);
            left = await LeftAsync(log, old, last);
            await Task.Delay(s_settle);
            var after = await RateAsync(s_alone);
            rounds.Add((alone, beside, after));
            (alone, left) = (after, await LeftAsync(log, old, last));
        }

        await ending.CancelAsync();
        await Task.WhenAll(writers);
        var share = rounds.Sum(r => r.Beside) / rounds.Sum(r => (r.Alone + r.After) / 2);
        Console.WriteLine($"{count} events archived and removed, some {count / removing.TotalSeconds:0}/s while it works");
        Console.WriteLine($"{Writers} writers, {rounds.Count} times {s_beside.TotalSeconds:0} s: {rounds.Average(r => r.Alone):0}/s alone, {rounds.Average(r => r.Beside):0}/s beside: {share:0.0%} of their rate");
        return share >= 0.95 ? 0 : 1;

        Task HoldAsync(bool hold) => log.ScalarAsync<int>("update event_retention set legal_hold = $2 where group_id = $1", old, hold);

        async Task<double> RateAsync(TimeSpan window)
        {
            var (first, watch) = (Interlocked.Read(ref written), Stopwatch.StartNew());
            await Task.Delay(window);
            return (Interlocked.Read(ref written) - first) / watch.Elapsed.TotalSeconds;
        }
    }

    private static async Task Eventually(Func<Task<bool>> isSo)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), deadline.Token);
        }
    }

    // What tells of a removal comes after the last of them. By position, not by counting, which would cost the writers more than the removal.
    private static Task<long> LeftAsync(LogUnderTest log, Guid group, long last)
        => log.ScalarAsync<long>(
            """
            select greatest(0, $2 + 1 - coalesce((select position from events where group_id = $1 order by position limit 1), $2 + 1))
            """, group, last);

    private static async Task WriteAsync(HttpClient client, Action wrote, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            using var response = await client.PostAsJsonAsync(
                "/api/events", new { type = "x.measured", metadata = new { entityType = "product", entityName = "amber basalt" } }, CancellationToken.None);
            response.EnsureSuccessStatusCode();
            wrote();
        }
    }
}
