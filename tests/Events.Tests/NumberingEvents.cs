using OnePlatform.Contracts;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class NumberingEvents(EventsHost host) : IClassFixture<EventsHost>
{
    [Fact]
    public async Task Positions_have_no_gaps_and_a_follower_sees_each_event_once_while_sequencers_are_killed()
    {
        var group = Guid.NewGuid();
        await using var second = host.StartAnother();
        using var done = new CancellationTokenSource();
        var following = FollowAsync(group, done.Token);

        var writers = Enumerable.Range(0, 8).Select(async writer =>
        {
            var services = writer % 2 == 0 ? host.Services : second.Services;
            for (var i = 0; i < 25; i++)
            {
                await EventsHost.RecordOnAsync(services, [.. Enumerable.Range(0, 4).Select(_ => EventsHost.Line(group))]);
            }
        }).ToList();
        for (var kill = 0; kill < 3; kill++)
        {
            await Eventually.TrueAsync(async () => await KillSequencerAsync());
        }

        await Task.WhenAll(writers);
        await host.AllNumberedAsync();
        await done.CancelAsync();

        Assert.Equal(Enumerable.Range(1, 800).Select(p => (long)p), await host.PositionsAsync(group));
        Assert.Equal(Enumerable.Range(1, 800).Select(p => (long)p), await following);
    }

    [Fact]
    public async Task Deliveries_that_come_again_and_side_by_side_are_recorded_once()
    {
        var group = Guid.NewGuid();
        var lines = Enumerable.Range(0, 50).Select(_ => EventsHost.Line(group)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EventsHost.RecordOnAsync(host.Services, lines)));
        await host.AllNumberedAsync();
        await host.RecordAsync([.. lines, EventsHost.Line(group)]);

        Assert.Equal(Enumerable.Range(1, 51).Select(p => (long)p), await host.PositionsAsync(group));
    }

    [Fact]
    public async Task Events_of_one_target_are_numbered_by_its_versions_even_where_clocks_disagree()
    {
        var (group, target) = (Guid.NewGuid(), Guid.NewGuid());
        var now = TimeProvider.System.GetUtcNow();
        LogLine[] lines =
        [
            EventsHost.Line(group, target: target, version: 3, at: now.AddSeconds(-9)),
            EventsHost.Line(group, target: target, version: 1, at: now.AddSeconds(-5)),
            EventsHost.Line(group, target: target, version: 2, at: now.AddSeconds(-7)),
        ];
        await host.RecordAsync(lines);

        var versions = await host.Database.ScalarAsync<long[]>("select array_agg(target_version order by position) from events where group_id = $1", group);
        Assert.Equal<IEnumerable<long>>([1L, 2L, 3L], versions!);
    }

    [Fact]
    public async Task Text_that_PostgreSQL_cannot_store_does_not_stop_the_log()
    {
        var group = Guid.NewGuid();
        var line = EventsHost.Line(group) with { Metadata = System.Text.Json.JsonElement.Parse("""{"a":"\u0000","b":"\ud800x","c":"\\u0000","d":"\ud83d\ude00"}""") };
        await host.RecordAsync(line);

        var stored = await host.Database.ScalarAsync<string>("select metadata::text from events where group_id = $1", group);
        Assert.Equal("""{"a": "�", "b": "�x", "c": "\\u0000", "d": "😀"}""", stored);
    }

    [Fact]
    public async Task An_event_of_a_month_without_a_partition_is_kept_and_moves_when_the_partition_is_made()
    {
        var group = Guid.NewGuid();
        var at = TimeProvider.System.GetUtcNow().AddYears(-2);
        await host.RecordAsync(EventsHost.Line(group) with { Id = Guid.CreateVersion7(at), OccurredAt = at });
        Assert.Equal("events_rest", await WhereAsync(group));

        await host.Database.ScalarAsync<int>("select make_event_partitions($1, 1)", DateOnly.FromDateTime(at.UtcDateTime));
        Assert.Equal($"events_{at:yyyy_MM}", await WhereAsync(group));
        Assert.Equal<IEnumerable<long>>([1L], await host.PositionsAsync(group));
    }

    private Task<string?> WhereAsync(Guid group) => host.Database.ScalarAsync<string>("select tableoid::regclass::text from events where group_id = $1", group);

    private async Task<bool> KillSequencerAsync()
        => await host.Database.ScalarAsync<bool>(
            """
            select bool_or(pg_terminate_backend(pid)) from pg_locks
            where locktype = 'advisory' and granted and database = (select oid from pg_database where datname = current_database())
            """);

    private async Task<List<long>> FollowAsync(Guid group, CancellationToken done)
    {
        using var client = host.ClientIn(group);
        var seen = new List<long>();
        while (true)
        {
            var finished = done.IsCancellationRequested;
            var page = await client.GetObjectAsync($"/api/events?limit=50&afterPosition={(seen.Count == 0 ? 0 : seen[^1])}");
            seen.AddRange(page.Results().Select(r => r["position"]!.GetValue<long>()));
            if (finished && !page["hasMore"]!.GetValue<bool>())
            {
                return seen;
            }
        }
    }
}
