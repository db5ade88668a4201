using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

[Trait("Proof", "P2")]
public sealed class RelayingSideBySide : IAsyncLifetime
{
    private readonly ServiceProvider _metrics = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private TestDatabase _database = null!;
    private NpgsqlDataSource _dataSource = null!;

    public async Task InitializeAsync()
    {
        _database = await NotesHost.CreateDatabaseAsync();
        _dataSource = NpgsqlDataSource.Create(_database.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _dataSource.DisposeAsync();
        await _metrics.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task All_arrive_and_none_twice_while_the_broker_fails_every_fourth_call()
    {
        var ids = await StoreAsync(300);
        var transport = new FlakyTransport(failEvery: 4) { Meanwhile = async _ => await Task.Yield() };
        OutboxRelay[] relays = [.. Enumerable.Range(0, 4).Select(_ => Relay(transport))];
        await Task.WhenAll(relays.Select(r => r.StartAsync(CancellationToken.None)));
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 0);
        await Task.WhenAll(relays.Select(r => r.StopAsync(CancellationToken.None)));

        Assert.Empty(transport.HeldTwice);
        Assert.Equal(ids.Order(), transport.Published.Order());
    }

    [Fact]
    public async Task A_relay_that_waits_for_the_broker_holds_up_no_other_and_shares_no_row_with_it()
    {
        await StoreAsync(10);
        var held = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var transport = new FlakyTransport
        {
            Meanwhile = call =>
            {
                entered.TrySetResult();
                return call == 1 ? held.Task : Task.CompletedTask;
            },
        };
        var slow = Relay(transport).PublishDueAsync(CancellationToken.None);
        await entered.Task.WaitAsync(Eventually.Deadline);

        Assert.Equal(5, await Relay(transport).PublishDueAsync(CancellationToken.None).WaitAsync(Eventually.Deadline));

        held.SetResult();
        await slow.WaitAsync(Eventually.Deadline);
        Assert.Empty(transport.HeldTwice);
        Assert.Equal(10, transport.Published.Distinct().Count());
    }

    [Fact]
    public async Task What_a_relay_held_when_its_connection_died_is_published_by_another()
    {
        await StoreAsync(5);
        var entered = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        var dying = Relay(new FlakyTransport { Meanwhile = _ => { entered.TrySetResult(); return never.Task; } }).PublishDueAsync(CancellationToken.None);
        await entered.Task.WaitAsync(Eventually.Deadline);
        await _database.ScalarAsync<bool>(
            "select bool_or(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'");

        var transport = new FlakyTransport();
        await Eventually.TrueAsync(async () => await Relay(transport).PublishDueAsync(CancellationToken.None) > 0);
        Assert.Equal(5, transport.Published.Count);
        never.SetResult();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => dying);
    }

    private OutboxRelay Relay(IOutboxTransport transport) => new(
        new OutboxTable(_dataSource), transport, new OutboxSignal(), new OutboxMetrics(_metrics.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()),
        Options.Create(new OutboxOptions { BatchSize = 5, Backoff = TimeSpan.FromMilliseconds(1), PollInterval = TimeSpan.FromMilliseconds(20) }),
        TimeProvider.System, NullLogger<OutboxRelay>.Instance);

    private async Task<List<Guid>> StoreAsync(int count)
    {
        var ids = new List<Guid>();
        await using var host = await NotesHost.StartAsync(
            _database, ServiceHost<NotesDb>.NoBroker, services: s => s.AddSingleton<IOutboxTransport>(new FlakyTransport(failEvery: 1)));
        for (var i = 0; i < count; i++)
        {
            await host.TakeNoteAsync();
        }

        await using var command = _dataSource.CreateCommand("select event_id from outbox");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            ids.Add(reader.GetGuid(0));
        }

        Assert.Equal(count, ids.Count);
        return ids;
    }
}
