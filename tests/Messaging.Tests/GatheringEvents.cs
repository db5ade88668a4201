using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using OnePlatform.Contracts;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

[Collection(BrokerScenarios.Name)]
public sealed class GatheringEvents(BrokerFixture broker) : IAsyncLifetime
{
    private readonly Desk _desk = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await NotesHost.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task What_is_relayed_together_and_as_well_said_at_once_is_one_message()
    {
        var told = Enumerable.Range(0, 30).Select(_ => NotesMoved.Of(Guid.NewGuid())).ToList();
        await using (var away = await NotesHost.StartAsync(
            _database, ServiceHost<NotesDb>.NoBroker, services: s => s.AddSingleton<IOutboxTransport>(new FlakyTransport(failEvery: 1))))
        {
            await using var scope = away.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<NotesDb>();
            told.ForEach(db.Publish);
            await db.SaveChangesAsync();
        }

        await using var host = await NotesHost.StartAsync(
            _database, broker.Address, bus => bus.AddConsumer<HearOfNotes>(), services => services.AddSingleton(_desk));
        await Eventually.TrueAsync(() => Task.FromResult(_desk.Heard.SelectMany(m => m.Notes).Distinct().Count() == told.Count));

        var only = Assert.Single(_desk.Heard);
        Assert.Equal(told.SelectMany(t => t.Notes).Order(), only.Notes.Order());
        Assert.DoesNotContain(only.EventId, told.Select(t => t.EventId));
        Assert.DoesNotContain('\n', Assert.Single(_desk.Bodies));
    }

    [Fact]
    public void A_message_grows_to_a_size_that_is_easy_to_carry_and_one_alone_stays_as_it_is()
    {
        var gathered = new GatheredEvents(TimeProvider.System);
        var told = Enumerable.Range(0, 5).Select(_ => NotesMoved.Of(Guid.NewGuid())).ToList();
        foreach (var (one, size) in told.Zip([100_000, 100_000, 100_000, 400_000, 10]))
        {
            gathered.Add(new ClaimedMessage(1, one.EventId, "", new string(' ', size), null, 0), one);
        }

        var sent = gathered.All().ToList();

        Assert.Equal([2, 1, 1, 1], sent.Select(s => s.Of.Count));
        Assert.Equal([told[0].Notes[0], told[1].Notes[0]], ((NotesMoved)sent[0].Content).Notes);
        Assert.Same(told[2], sent[1].Content);
    }

    public sealed record NotesMoved(Guid EventId, DateTimeOffset OccurredAt, IReadOnlyList<Guid> Notes) : IGatheredEvent
    {
        public static NotesMoved Of(Guid note) => new(Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), [note]);

        public IIntegrationEvent With(Guid eventId, IReadOnlyList<IGatheredEvent> others)
            => this with { EventId = eventId, Notes = [.. Notes, .. others.Cast<NotesMoved>().SelectMany(o => o.Notes)] };
    }

    internal sealed class Desk
    {
        public ConcurrentQueue<NotesMoved> Heard { get; } = new();

        public ConcurrentQueue<string> Bodies { get; } = new();
    }

    internal sealed class HearOfNotes(Desk desk) : IConsumer<NotesMoved>
    {
        public Task Consume(ConsumeContext<NotesMoved> context)
        {
            desk.Bodies.Enqueue(context.ReceiveContext.Body.GetString());
            desk.Heard.Enqueue(context.Message);
            return Task.CompletedTask;
        }
    }
}
