using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

public sealed class EmptyingTheOutbox : IAsyncLifetime
{
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await NotesHost.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task What_a_busy_minute_left_behind_is_not_read_again_for_each_message()
    {
        // Large, and known to PostgreSQL as all but empty: what a backlog leaves that was published. Those that stay are not due.
        await _database.ScalarAsync<int>(
            """
            insert into outbox (event_id, type, body, created_at, due_at, attempts)
            select gen_random_uuid(), 'Later', repeat('x', 1000), now(), now() + interval '1 day', 0 from generate_series(1, 10000);
            delete from outbox where sequence <= 9900;
            analyze outbox;
            select 1
            """);
        Assert.True(await _database.ScalarAsync<long>("select pg_relation_size('outbox') / 8192") > 1_000);
        await Eventually.TrueAsync(async () => await CountAsync("seq_scan") == 1);
        var transport = new FlakyTransport();
        await using var host = await NotesHost.StartAsync(
            _database, ServiceHost<NotesDb>.NoBroker, services: s => s.AddSingleton<IOutboxTransport>(transport),
            settings: [("Messaging:Outbox:WatchInterval", "00:00:00.050"), ("Messaging:Outbox:PollInterval", "00:00:00.050")]);
        await host.TakeNoteAsync();
        await Eventually.TrueAsync(() => Task.FromResult(transport.Published.Count == 1));

        // PostgreSQL tells what a session did some time after, both counts at once.
        await Eventually.TrueAsync(async () => await CountAsync("idx_scan") > 3);
        Assert.Equal(1, await CountAsync("seq_scan"));
    }

    private async Task<long> CountAsync(string scans)
        => await _database.ScalarAsync<long>($"select coalesce({scans}, 0) from pg_stat_user_tables where relname = 'outbox'");
}
