using System.Diagnostics;
using System.Net.Http.Json;

namespace OnePlatform.Bench.Events;

/// <summary>What writers lose while a million old events are archived and removed.</summary>
internal static class RetentionRun
{
    private const int Writers = 16;

    private static readonly TimeSpan s_alone = TimeSpan.FromSeconds(30);

    // The service is compiled anew while it runs, and the pages of the log are read; the rate triples in that time.
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(90);

    public static async Task<int> RunAsync(int events)
    {
        var archive = Directory.CreateTempSubdirectory("events-bench-archive-");
        try
        {
            await using var log = await LogUnderTest.StartAsync(
                ("Events__Retention__Interval", "00:00:02"), ("Events__Retention__ArchiveFolder", archive.FullName), ("Events__Reads__Window", "00:00:00"));
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
        var before = await RateAsync(() => Interlocked.Read(ref written), () => Task.Delay(s_alone));

        var last = await log.ScalarAsync<long>("select last from group_positions where group_id = $1", old);
        var count = await LeftAsync(log, old, last);
        await log.ScalarAsync<int>("insert into event_retention (group_id, days, legal_hold, updated_at) values ($1, 30, false, now())", old);
        var watch = Stopwatch.StartNew();
        var beside = await RateAsync(() => Interlocked.Read(ref written), async () =>
        {
            while (await LeftAsync(log, old, last) > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        });
        var removing = watch.Elapsed;

        var after = await RateAsync(() => Interlocked.Read(ref written), () => Task.Delay(s_alone));
        await ending.CancelAsync();
        await Task.WhenAll(writers);
        var share = beside / ((before + after) / 2);
        Console.WriteLine($"{count} events archived and removed in {removing.TotalSeconds:0} s: {count / removing.TotalSeconds:0}/s");
        Console.WriteLine($"{Writers} writers: {before:0}/s before, {beside:0}/s beside, {after:0}/s after: {share:0.0%} of their rate");
        return share >= 0.95 ? 0 : 1;
    }

    // What tells of a removal comes after the last of them. By position, not by counting, which would cost the writers more than the removal.
    private static Task<long> LeftAsync(LogUnderTest log, Guid group, long last)
        => log.ScalarAsync<long>(
            """
            select greatest(0, $2 + 1 - coalesce((select position from events where group_id = $1 order by position limit 1), $2 + 1))
            """, group, last);

    private static async Task<double> RateAsync(Func<long> count, Func<Task> meanwhile)
    {
        var (first, watch) = (count(), Stopwatch.StartNew());
        await meanwhile();
        return (count() - first) / watch.Elapsed.TotalSeconds;
    }

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
