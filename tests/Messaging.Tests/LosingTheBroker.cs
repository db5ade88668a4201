using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

[Collection(BrokerScenarios.Name)]
[Trait("Proof", "P2")]
public sealed class LosingTheBroker(BrokerFixture broker) : IAsyncLifetime
{
    private readonly Heard _heard = new();
    private TestDatabase _database = null!;
    private NotesHost _host = null!;

    public async Task InitializeAsync()
    {
        _database = await NotesHost.CreateDatabaseAsync();
        _host = await NotesHost.StartAsync(
            _database, broker.Address, bus => bus.AddConsumer<HearNotes>(), services => services.AddSingleton(_heard),
            ("Messaging:Outbox:PublishTimeout", "00:00:01"), ("Messaging:Outbox:MaxAttempts", "1"), ("Messaging:Outbox:BatchSize", "20"));
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_lost_and_no_attempt_is_spent_while_it_is_stopped_or_killed()
    {
        List<Guid> notes = [];
        await TakeAsync(notes, 20);
        await AllHeardAsync(notes);

        await broker.StopAsync();
        await TakeAsync(notes, 50);
        await Eventually.TrueAsync(() => Task.FromResult(_host.Interruptions >= 2));
        Assert.Equal(50, await _database.ScalarAsync<long>("select count(*) from outbox where attempts = 0 and failed_at is null"));
        await broker.StartAgainAsync();
        await AllHeardAsync(notes);

        var taking = TakeAsync(notes, 300);
        await broker.KillAsync();
        await taking;
        await AllHeardAsync(notes);
        await Eventually.TrueAsync(async () => await _database.ScalarAsync<long>("select count(*) from outbox") == 0);
    }

    private async Task TakeAsync(List<Guid> notes, int count)
    {
        for (var i = 0; i < count; i++)
        {
            notes.Add(await _host.TakeNoteAsync());
        }
    }

    private async Task AllHeardAsync(List<Guid> notes)
    {
        await Eventually.TrueAsync(
            () => Task.FromResult(notes.TrueForAll(_heard.Notes.ContainsKey)),
            otherwise: () => $"{notes.Count(n => !_heard.Notes.ContainsKey(n))} of {notes.Count} were not heard.");
        Assert.Equal(notes.Count, _heard.Notes.Count);
    }

    internal sealed class Heard
    {
        public ConcurrentDictionary<Guid, bool> Notes { get; } = new();
    }

    internal sealed class HearNotes(Heard heard) : IConsumer<NoteTaken>
    {
        public Task Consume(ConsumeContext<NoteTaken> context)
        {
            heard.Notes[context.Message.NoteId] = true;
            return Task.CompletedTask;
        }
    }
}
