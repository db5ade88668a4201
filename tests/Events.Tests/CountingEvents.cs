using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;
using Xunit;

namespace OnePlatform.Events.Tests;

/// <summary>Timelines against counts of the events themselves, which take no sums from anywhere.</summary>
public sealed class CountingEvents(EventsHost host) : IClassFixture<EventsHost>
{
    private const int Seed = 5_271;

    private static readonly DateTimeOffset s_begin = new(2025, 2, 20, 0, 0, 0, TimeSpan.Zero);

    // Whole, half and quarter hours off, clocks that change by one hour and by half of one, either side of the date line.
    private static readonly string[] s_zones =
        ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Honolulu"];

    // Months in which all zones change their clocks; three days around a change; a minute.
    private static readonly (string Bucket, string From, string To)[] s_spans =
    [
        ("week", "2025-02-20T00:00:00Z", "2025-12-01T00:00:00Z"), ("day", "2025-02-20T00:00:00Z", "2025-12-01T00:00:00Z"),
        ("hour", "2025-03-29T00:00:00Z", "2025-04-01T00:00:00Z"), ("hour", "2025-10-25T00:00:00Z", "2025-10-28T00:00:00Z"),
        ("hour", "2025-04-04T00:00:00Z", "2025-04-07T00:00:00Z"), ("day", "2025-05-01T10:07:00Z", "2025-05-01T10:08:00Z"),
    ];

    [Fact]
    public async Task Every_bucket_of_every_time_zone_has_the_events_that_happened_in_it_also_after_retention()
    {
        var group = Guid.NewGuid();
        await GroupTreeRows.AddAsync(host, [group]);
        using var client = host.ClientIn(group);
        var random = new Random(Seed);
        var recorded = TimeProvider.System.GetUtcNow();
        LogLine Line(DateTimeOffset at) => EventsHost.Line(group, $"x.{"abc"[random.Next(3)]}", at: at);
        // What was recorded long ago is what retention takes, whenever it happened.
        await host.RecordAsync(recorded.AddDays(-90), EventOrigin.System, [.. Enumerable.Range(0, 400).Select(_ => Line(Within(random)))]);
        await host.RecordAsync([.. Enumerable.Range(0, 600).Select(_ => Line(Within(random)))]);
        await CompareAsync(client, group);

        (await client.PutAsJsonAsync("/api/events/retention", new { days = 30 })).EnsureSuccessStatusCode();
        Assert.Equal(400, await host.PurgeAsync());
        await CompareAsync(client, group);
        Assert.Equal(0, await host.Database.ScalarAsync<long>("select count(*) from event_count_sums where count <= 0"));
    }

    [Fact]
    public async Task Sums_are_right_while_many_write_and_an_older_build_takes_counts_away()
    {
        var groups = Enumerable.Range(0, 4).Select(_ => Guid.NewGuid()).ToArray();
        var random = new Random(Seed);
        await using var second = host.StartAnother();
        var writing = Enumerable.Range(0, 40).Select(i => EventsHost.RecordOnAsync(
            i % 2 == 0 ? host.Services : second.Services, [.. groups.Select(g => EventsHost.Line(g, at: Within(random)))])).ToList();
        await Task.WhenAll(writing);
        await host.AllNumberedAsync();
        await host.Database.ScalarAsync<int>("update event_counts set count = 0 where group_id = $1", groups[0]);
        await host.Database.ScalarAsync<int>("delete from event_counts where group_id = $1", groups[0]);

        Assert.Equal(0, await host.Database.ScalarAsync<long>(
            """
            select count(*) from (
                select group_id, h.hours::int, date_bin(make_interval(hours => h.hours), slot, timestamptz '2000-01-01 00:00Z'), type, sum(count) from event_counts
                cross join (values (1), (24)) h(hours) group by 1, 2, 3, 4) expected(group_id, hours, slot, type, count)
            full join event_count_sums s using (group_id, hours, slot, type) where expected.count is distinct from s.count
            """));
        Assert.Equal(2 * 3 * 40, await host.Database.ScalarAsync<long>(
            "select sum(count)::bigint from event_count_sums where group_id = any ($1)", groups));
    }

    private async Task CompareAsync(HttpClient client, Guid group)
    {
        foreach (var zone in s_zones)
        {
            foreach (var (bucket, from, to) in s_spans)
            {
                var query = $"from={Uri.EscapeDataString(from)}&to={Uri.EscapeDataString(to)}&timezone={zone}";
                var timeline = await client.GetObjectAsync($"/api/events/timeline?bucket={bucket}&{query}");
                var expected = await BucketsAsync(group, bucket, zone, Time(timeline, "from"), Time(timeline, "to"));
                Assert.True(expected == Text(timeline), $"{bucket} {zone} {from}:\n{expected}\n{Text(timeline)}");
            }

            var stats = await client.GetObjectAsync($"/api/events/stats?from=2025-02-20T00:00:00Z&to=2025-12-01T00:00:00Z&timezone={zone}");
            Assert.Equal(
                await host.Database.ScalarAsync<long>(
                    "select count(*) from events where group_id = $1 and occurred_at >= $2 and occurred_at < $3", group, Time(stats, "from"), Time(stats, "to")),
                stats["total"]!.GetValue<long>());
        }
    }

    private async Task<string> BucketsAsync(Guid group, string bucket, string zone, DateTime from, DateTime to)
        => await host.Database.ScalarAsync<string>(
            """
            select string_agg(to_char(start at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' ' || type || ' ' || n, E'\n' order by start, type) from (
                select date_trunc($2, occurred_at, $3) as start, type, count(*) as n from events
                where group_id = $1 and occurred_at >= $4 and occurred_at < $5 group by 1, 2) e
            """, group, bucket, zone, from, to) ?? "";

    private static string Text(JsonObject timeline) => string.Join('\n', timeline["buckets"]!.AsArray().SelectMany(b =>
        b!["byType"]!.AsObject().OrderBy(t => t.Key, StringComparer.Ordinal).Select(t =>
            $"{Time(b.AsObject(), "start").ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} {t.Key} {t.Value}")));

    private static DateTime Time(JsonObject from, string member) => DateTimeOffset.Parse(from[member]!.GetValue<string>(), CultureInfo.InvariantCulture).UtcDateTime;

    /// <summary>Anywhere in the nine months, and more often where clocks change.</summary>
    private static DateTimeOffset Within(Random random)
    {
        var minutes = random.Next(3) switch
        {
            0 => random.Next(276 * 24 * 60),
            1 => (36 * 24 * 60) + random.Next(9 * 24 * 60),
            _ => (245 * 24 * 60) + random.Next(4 * 24 * 60),
        };
        return s_begin.AddMinutes(minutes);
    }
}
