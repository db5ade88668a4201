using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Events.Recording;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Events.Tests;

public sealed class RemovingOldEvents : IClassFixture<RetentionHost>
{
    private readonly RetentionHost _host;

    public RemovingOldEvents(RetentionHost host) => _host = host;

    [Fact]
    public async Task What_goes_lies_in_the_archive_as_the_API_showed_it_and_the_log_names_the_files()
    {
        var group = await GroupAsync(days: 30);
        using var client = _host.ClientIn(group);
        var old = TimeProvider.System.GetUtcNow().AddDays(-31);
        await _host.RecordAsync(old, EventOrigin.System, [.. Enumerable.Range(0, 700).Select(i => EventsHost.Line(group, at: old.AddSeconds(-i)))]);
        await _host.RecordAsync(EventsHost.Line(group));
        var shown = (await client.GetStringAsync("/api/events/export")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(700, await PurgeAsync());

        Assert.Equal<IEnumerable<long>>([701], await _host.PositionsAsync(group));
        Assert.Equal(shown.Take(700), Archived(group));
        var told = await ToldAsync(group);
        Assert.Equal(700, told["count"]!.GetValue<long>());
        Assert.Equal([300, 300, 100], told["archives"]!.AsArray().Select(a => a!["count"]!.GetValue<long>()));
        Assert.Equal([1, 301, 601], told["archives"]!.AsArray().Select(a => a!["fromPosition"]!.GetValue<long>()));
    }

    [Fact]
    public async Task A_month_that_nobody_keeps_is_archived_and_dropped_whole_and_one_that_somebody_keeps_is_not()
    {
        var (ours, held) = (await GroupAsync(days: 30), await GroupAsync(days: 30, hold: true));
        var (march, april) = (await MonthAsync(2021, 3), await MonthAsync(2021, 4));
        await RecordInAsync(march, ours, 450);
        await RecordInAsync(april, ours, 450);
        await RecordInAsync(april, held, 5);

        Assert.Equal(900, await PurgeAsync());

        Assert.Null(await RelationAsync(march));
        Assert.Null(await RelationAsync(march, "purged"));
        Assert.NotNull(await RelationAsync(april));
        Assert.Empty(await _host.PositionsAsync(ours));
        Assert.Equal(5, (await _host.PositionsAsync(held)).Length);
        Assert.Equal(Enumerable.Range(1, 900).Select(p => (long)p), Archived(ours).Select(l => JsonNode.Parse(l)!["position"]!.GetValue<long>()));
        Assert.Equal(0, await _host.Database.ScalarAsync<long>("select coalesce(sum(count), 0)::bigint from event_counts where group_id = $1", ours));
        Assert.Equal("{[1,901)}", await RemovedAsync(ours));
        Assert.Null(await RemovedAsync(held));
    }

    [Fact]
    public async Task A_hold_that_is_set_in_the_middle_brings_everything_back()
    {
        var group = await GroupAsync(days: 30);
        var month = await MonthAsync(2021, 6);
        await RecordInAsync(month, group, 20);
        // A run that was killed after it had cut the month off.
        await _host.Database.ScalarAsync<int>("insert into event_trees (group_id, removed) values ($1, '{[1,21)}')", group);
        await using (var cut = _host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("select cut_off_events('events_2021_06')"))
        {
            Assert.True((bool)(await cut.ExecuteScalarAsync())!);
        }

        await SetAsync(group, days: 30, hold: true);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => _host.Database.ScalarAsync<int>("select drop_events('purged_2021_06')"));
        Assert.Contains("legal hold", refused.MessageText, StringComparison.Ordinal);
        Assert.Equal(0, await PurgeAsync());
        Assert.Equal(20, (await _host.PositionsAsync(group)).Length);
        Assert.Equal("{}", await RemovedAsync(group));

        await SetAsync(group, days: 30, hold: false);
        Assert.Equal(20, await PurgeAsync());
        Assert.Equal("{[1,21)}", await RemovedAsync(group));
        Assert.Equal(20, Archived(group).Count);
    }

    [Fact]
    public async Task A_reader_that_holds_the_log_delays_the_drop_and_no_writer()
    {
        var (group, other) = (await GroupAsync(days: 30), Guid.NewGuid());
        var month = await MonthAsync(2021, 9);
        await RecordInAsync(month, group, 5);
        await using (var connection = new NpgsqlConnection(_host.Database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var reading = new NpgsqlCommand("select count(*) from events", connection);
            await reading.ExecuteScalarAsync();

            var purging = PurgeAsync();
            await _host.RecordAsync(EventsHost.Line(other));
            // Not as a month: its rows go one by one, for which no lock is in the way.
            Assert.Equal(5, await purging.WaitAsync(Eventually.Deadline));
            Assert.NotNull(await RelationAsync(month));
        }

        Assert.Single(await _host.PositionsAsync(other));
    }

    [Fact]
    public async Task Where_the_archive_cannot_be_written_nothing_is_removed()
    {
        var group = await GroupAsync(days: 30);
        var old = TimeProvider.System.GetUtcNow().AddDays(-31);
        await _host.RecordAsync(old, EventOrigin.System, EventsHost.Line(group, at: old));
        await File.WriteAllTextAsync(Path.Combine(_host.Folder, group.ToString()), "in the way");

        await Assert.ThrowsAnyAsync<IOException>(PurgeAsync);
        Assert.Single(await _host.PositionsAsync(group));
        File.Delete(Path.Combine(_host.Folder, group.ToString()));
        Assert.Equal(1, await PurgeAsync());
    }

    [Fact]
    public async Task A_session_that_is_cut_in_the_middle_ends_the_run_and_not_the_service()
    {
        var group = await GroupAsync(days: 30);
        var old = TimeProvider.System.GetUtcNow().AddDays(-31);
        await _host.RecordAsync(old, EventOrigin.System, EventsHost.Line(group, at: old));
        await using (var connection = new NpgsqlConnection(_host.Database.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await using var locking = new NpgsqlCommand("select id from events where group_id = $1 for update", connection) { Parameters = { new() { Value = group } } };
            await locking.ExecuteScalarAsync();
            var purging = PurgeAsync();
            await Eventually.TrueAsync(() => _host.Database.ScalarAsync<bool>(
                """
                select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and query like '%removed as%'
                """));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => purging.WaitAsync(Eventually.Deadline));
        }

        Assert.Equal(1, await PurgeAsync());
        await _host.RecordAsync(EventsHost.Line(group));
    }

    [Fact]
    public async Task The_months_ahead_are_made_once_by_however_many_instances_also_over_the_turn_of_a_year()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2031, 11, 20, 0, 0, 0, TimeSpan.Zero));
        var jobs = Enumerable.Range(0, 5).Select(_ => new MakePartitionsAhead(
            _host.Services.GetRequiredService<NpgsqlDataSource>(), clock, NullLogger<MakePartitionsAhead>.Instance));
        var made = await Task.WhenAll(jobs.Select(j => j.MakeAsync(CancellationToken.None)));
        Assert.Equal(4, made.Sum());
        foreach (var (year, month) in new[] { (2031, 11), (2031, 12), (2032, 1), (2032, 2) })
        {
            Assert.NotNull(await RelationAsync(new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero)));
        }
    }

    private Task<long> PurgeAsync() => _host.PurgeAsync();

    private async Task<Guid> GroupAsync(int days, bool hold = false)
    {
        var group = Guid.NewGuid();
        await GroupTreeRows.AddAsync(_host, [group]);
        await SetAsync(group, days, hold);
        return group;
    }

    private async Task SetAsync(Guid group, int days, bool hold)
    {
        using var client = _host.ClientIn(group);
        (await client.PutAsJsonAsync("/api/events/retention", new { days, legalHold = hold })).EnsureSuccessStatusCode();
    }

    private async Task<DateTimeOffset> MonthAsync(int year, int month)
    {
        var begin = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero);
        await _host.Database.ScalarAsync<int>("select make_event_partitions($1, 1)", DateOnly.FromDateTime(begin.UtcDateTime));
        return begin;
    }

    private Task RecordInAsync(DateTimeOffset month, Guid group, int count)
        => _host.RecordAsync(month.AddDays(9), EventOrigin.System, [.. Enumerable.Range(0, count).Select(i =>
            EventsHost.Line(group, at: month.AddDays(8)) with { Id = Guid.CreateVersion7(month.AddDays(8).AddSeconds(i)) })]);

    private Task<string?> RelationAsync(DateTimeOffset month, string prefix = "events")
        => _host.Database.ScalarAsync<string>("select to_regclass($1)::text", $"{prefix}_{month:yyyy_MM}");

    private Task<string?> RemovedAsync(Guid group) => _host.Database.ScalarAsync<string>("select removed::text from event_trees where group_id = $1", group);

    private async Task<JsonNode> ToldAsync(Guid group)
    {
        var body = await _host.Database.ScalarAsync<string>("select body from outbox where body like $1", $"%events_purged%{group}%");
        return JsonNode.Parse(body!)!["log"]![0]!["metadata"]!;
    }

    private List<string> Archived(Guid group)
    {
        var lines = new List<string>();
        foreach (var file in Directory.GetFiles(Path.Combine(_host.Folder, group.ToString()), "*.ndjson.gz").Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
            lines.AddRange(reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        return lines;
    }
}

/// <summary>The service with an archive, and no pauses while it removes.</summary>
public sealed class RetentionHost : EventsHost
{
    internal string Folder { get; } = Directory.CreateTempSubdirectory("events-archive-").FullName;

    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        ("Events:Retention:ArchiveFolder", Folder), ("Events:Retention:Share", "1"), ("Events:Retention:BatchSize", "100"), ("Events:Retention:FileSize", "300"),
    ];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
