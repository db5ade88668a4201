using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace OnePlatform.Bench.Events;

/// <summary>Lists and timelines of a group with four fifths of a log of millions, as a client sees them over HTTP.</summary>
internal static class ReadsRun
{
    private const int Times = 100;
    private const int Warm = 10;
    private const int Days = 150;

    public static async Task<int> RunAsync(int events)
    {
        await using var log = await LogUnderTest.StartAsync(("Events__Reads__Window", "00:00:00"));
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-Days), TimeProvider.System.GetUtcNow());
        var watch = Stopwatch.StartNew();
        await new LoadedLog(log).FillAsync(Lines.Groups, events, from, to);
        Console.WriteLine($"{events} events loaded in {watch.Elapsed.TotalSeconds:0} s; {await log.ScalarAsync<string>("select pg_size_pretty(sum(pg_total_relation_size(inhrelid))) from pg_inherits where inhparent = 'events'::regclass")}");

        using var client = log.ClientIn(Lines.Groups[0]);
        var cursor = await CursorAsync(client);
        var lists = new List<double>();
        foreach (var (name, path) in Lists(from, events, cursor))
        {
            lists.AddRange(await MeasureAsync(client, name, path));
        }

        Figures.Show("lists, all", lists);
        var timelines = new List<double>();
        foreach (var (name, path) in Timelines())
        {
            timelines.AddRange(await MeasureAsync(client, name, path));
        }

        Figures.Show("timelines, all", timelines);
        return Figures.Percentile(lists, 0.95) < 50 && Figures.Percentile(timelines, 0.95) < 50 ? 0 : 1;
    }

    private static IEnumerable<(string Name, Func<int, string> Path)> Lists(DateTimeOffset from, int events, string cursor) =>
    [
        ("newest", _ => ""),
        ("newest, 200", _ => "?limit=200"),
        ("page behind a cursor", _ => $"?limit=50&cursor={cursor}"),
        ("oldest first from a day on", i => $"?sort=occurredAt&from={Time(from.AddDays(i))}"),
        ("between two times", i => $"?from={Time(from.AddDays(i))}&to={Time(from.AddDays(i + 1))}"),
        ("by type", i => i % 2 == 0 ? "?type=x.measured" : "?type=entity_created,connection_created"),
        ("by actor", i => $"/actor/{LoadedLog.Actors[i]}"),
        ("by target", i => $"/target/{LoadedLog.Targets[i * 37]}"),
        ("after a position, 200", i => $"?limit=200&afterPosition={(long)events * i / (2 * Times)}"),
        ("by an expression over the metadata", i => $"?filter=metadata.entityName:\"fjord {(i % 2 == 0 ? "ember" : "amber")}\""),
        ("by an expression that nothing matches, a page", _ => "?filter=metadata.entityName:\"nobody\""),
        ("by a member that one event has", i => $"?filter=metadata.entityName=\"{LoadedLog.NameOf((long)events * i / Times)}\""),
        ("by a member that no event has", _ => "?filter=metadata.entityName=\"nobody\""),
        ("by a rare word", i => $"?q={(long)events * i / Times}"),
        ("by two words of many", _ => "?q=amber cedar"),
        ("by a phrase that one in a hundred has", _ => "?q=\"fjord ember\""),
    ];

    private static IEnumerable<(string Name, Func<int, string> Path)> Timelines() =>
    [
        ("timeline by day, 30 days", _ => "/timeline"),
        ("timeline by hour, 2 days, Kathmandu", _ => "/timeline?bucket=hour&timezone=Asia/Kathmandu"),
        ("timeline by week, 26 weeks", _ => "/timeline?bucket=week&timezone=Europe/Berlin"),
        ("timeline by day, 30 days, Berlin", _ => "/timeline?timezone=Europe/Berlin"),
        ("timeline by day, 30 days, one type", _ => "/timeline?type=x.measured"),
    ];

    private static async Task<List<double>> MeasureAsync(HttpClient client, string name, Func<int, string> path)
    {
        var taken = new List<double>();
        for (var i = -Warm; i < Times; i++)
        {
            var watch = Stopwatch.StartNew();
            using var response = await client.GetAsync($"/api/events{path(Math.Abs(i))}");
            await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
            if (i >= 0)
            {
                taken.Add(watch.Elapsed.TotalMilliseconds);
            }
        }

        Figures.Show(name, taken);
        return taken;
    }

    /// <summary>Some thousand events back.</summary>
    private static async Task<string> CursorAsync(HttpClient client)
    {
        var cursor = "";
        for (var page = 0; page < 20; page++)
        {
            using var found = JsonDocument.Parse(await client.GetByteArrayAsync($"/api/events?limit=50{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}"));
            cursor = Uri.EscapeDataString(found.RootElement.GetProperty("cursor").GetString()!);
        }

        return cursor;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
