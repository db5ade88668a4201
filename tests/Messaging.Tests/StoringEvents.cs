using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

public sealed class StoringEvents : IAsyncLifetime
{
    private readonly FlakyTransport _transport = new();
    private TestDatabase _database = null!;
    private NotesHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await NotesHost.CreateDatabaseAsync();
        // No poll comes to the rescue: what is published was called for.
        _host = await NotesHost.StartAsync(
            _database, ServiceHost<NotesDb>.NoBroker, services: s => s.AddSingleton<IOutboxTransport>(_transport),
            settings: [("Messaging:Outbox:PollInterval", "00:05:00")]);
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_event_goes_out_at_once_when_its_change_is_committed()
    {
        await _host.TakeNoteAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_transport.Published.Count == 1));
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 0);
    }

    [Fact]
    public async Task A_change_that_fails_leaves_no_event()
    {
        await _host.TakeNoteAsync("the same");
        await Assert.ThrowsAsync<DbUpdateException>(() => _host.TakeNoteAsync("the same"));
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 0);
        Assert.Single(_transport.Published);
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from notes"));
    }

    [Fact]
    public async Task A_transaction_that_is_rolled_back_takes_its_events_with_it_and_a_committed_one_sends_them()
    {
        foreach (var commit in new[] { false, true })
        {
            await using var scope = _host.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<NotesDb>();
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Publish(NoteTaken.Of(Guid.NewGuid()));
            await db.SaveChangesAsync();
            await (commit ? transaction.CommitAsync() : transaction.RollbackAsync());
        }

        await Eventually.TrueAsync(() => Task.FromResult(!_transport.Published.IsEmpty));
        Assert.Single(_transport.Published);
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 0);
    }
}
