using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

/// <summary>A database that is away is no fault of a message: it waits, and is not set aside.</summary>
[Collection(BrokerScenarios.Name)]
[Trait("Proof", "P8")]
public sealed class LosingTheDatabase(BrokerFixture broker) : IAsyncLifetime
{
    private TestDatabase _database = null!;
    private Stores _stores = null!;

    public async Task InitializeAsync()
    {
        _database = await NotesHost.CreateDatabaseAsync();
        var server = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var line = new SlowLine(server.Host!, server.Port);
        var throughIt = new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Host = "127.0.0.1", Port = line.Port };
        await line.DisposeAsync();
        _stores = new Stores(Away: NpgsqlDataSource.Create(throughIt.ConnectionString), There: NpgsqlDataSource.Create(_database.ConnectionString));
    }

    public async Task DisposeAsync()
    {
        await _stores.CloseAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_message_waits_longer_than_its_retries_and_is_handled_when_it_is_back()
    {
        await using var host = await StartAsync();
        await host.TakeNoteAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_stores.Tries >= 3));

        _stores.IsBack = true;
        await Eventually.TrueAsync(() => Task.FromResult(_stores.Handled == 1));
    }

    [Fact]
    public async Task What_fails_by_itself_once_it_is_back_has_its_own_retries()
    {
        await using var host = await StartAsync();
        await host.TakeNoteAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_stores.Tries >= 3));

        (_stores.FailsThere, _stores.IsBack) = (true, true);
        var queue = $"{host.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.QueuePrefix}notes-ask-the-store_error";
        await Queues.HoldsAsync(broker.Address, queue, 1);
        Assert.Equal(2, _stores.Handled);
    }

    private Task<NotesHost> StartAsync() => NotesHost.StartAsync(
        _database, broker.Address, bus => bus.AddConsumer<AskTheStore>(), services => services.AddSingleton(_stores), ("Messaging:Retries:0", "00:00:00.010"));

    internal sealed record Stores(NpgsqlDataSource Away, NpgsqlDataSource There)
    {
        private int _tries;
        private int _handled;

        public volatile bool IsBack;

        public volatile bool FailsThere;

        public int Tries => _tries;

        public int Handled => _handled;

        public async Task AskAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _tries);
            await using var command = (IsBack ? There : Away).CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            Interlocked.Increment(ref _handled);
            if (FailsThere)
            {
                throw new InvalidOperationException("The test's handler fails.");
            }
        }

        public async Task CloseAsync()
        {
            await Away.DisposeAsync();
            await There.DisposeAsync();
        }
    }

    internal sealed class AskTheStore(Stores stores) : IConsumer<NoteTaken>
    {
        public Task Consume(ConsumeContext<NoteTaken> context) => stores.AskAsync(context.CancellationToken);
    }
}
