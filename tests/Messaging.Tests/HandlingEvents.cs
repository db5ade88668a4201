using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Messaging.Tests;

[Collection(BrokerScenarios.Name)]
[Trait("Proof", "P2")]
public sealed class HandlingEvents(BrokerFixture broker) : IAsyncLifetime
{
    private const int AtOnce = 20;

    private static readonly (string, string) s_watchful = ("Messaging:WatchInterval", "00:00:00.050");

    private readonly Meeting _meeting = new();
    private TestDatabase _database = null!;

    public async Task InitializeAsync() => _database = await NotesHost.CreateDatabaseAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Twenty_deliveries_at_once_have_one_effect_and_a_later_one_has_none()
    {
        await using var host = await StartAsync(bus => bus.AddConsumer<ActOnce>());
        var bus = host.Services.GetRequiredService<IBus>();
        var taken = NoteTaken.Of(Guid.NewGuid());

        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => bus.Publish(taken)));
        await Eventually.TrueAsync(() => Task.FromResult(_meeting.Ended == AtOnce));
        await bus.Publish(taken);
        await Eventually.TrueAsync(() => Task.FromResult(_meeting.Ended == AtOnce + 1));

        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from effect where note_id = $1", taken.NoteId));
        Assert.Equal(1, await _database.ScalarAsync<long>("select count(*) from inbox"));
    }

    [Fact]
    public async Task The_trace_of_the_request_goes_on_behind_the_broker()
    {
        await using var host = await StartAsync(bus => bus.AddConsumer<NoteTraces>());
        using var request = new Activity("request")
            .SetParentId(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
        var note = await host.TakeNoteAsync();
        await Eventually.TrueAsync(() => Task.FromResult(_meeting.Traces.ContainsKey(note)));
        Assert.Equal(request.TraceId.ToHexString(), _meeting.Traces[note]);
    }

    [Fact]
    public async Task A_handler_that_keeps_failing_is_tried_as_often_as_configured_and_its_event_waits_in_the_error_queue()
    {
        await using var host = await StartAsync(
            bus => bus.AddConsumer<AlwaysFail>(), ("Messaging:Retries:0", "00:00:00.010"), ("Messaging:Retries:1", "00:00:00.020"), s_watchful);
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());
        Assert.Equal(2, host.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.Retries!.Count);
        await host.TakeNoteAsync();

        var queue = $"{host.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.QueuePrefix}notes-always-fail_error";
        await Queues.HoldsAsync(broker.Address, queue, 1);
        Assert.Equal(3, _meeting.Begun);
        await Eventually.TrueAsync(() => Task.FromResult(measured[$"messaging.queue.depth {queue}"] == 1));
    }

    [Fact]
    public async Task What_waits_in_a_queue_of_the_broker_is_counted()
    {
        await using var host = await StartAsync(bus => bus.AddConsumer<ActOnce>(), ("Messaging:Prefetch", "1"), s_watchful);
        using var measured = new Measured(host.Services.GetRequiredService<IMeterFactory>());
        var depth = $"messaging.queue.depth {host.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.QueuePrefix}notes-act-once";
        await Eventually.TrueAsync(() => Task.FromResult(measured[depth] == 0));

        // The first meets nobody, so it holds up the others.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.TakeNoteAsync()));
        await Eventually.TrueAsync(() => Task.FromResult(measured[depth] == 3));

        _meeting.Open();
        await Eventually.TrueAsync(() => Task.FromResult(measured[depth] == 0));
    }

    private Task<NotesHost> StartAsync(Action<IBusRegistrationConfigurator> consumers, params (string, string)[] settings)
        => NotesHost.StartAsync(_database, broker.Address, consumers, services => services.AddSingleton(_meeting), settings);

    /// <summary>Where deliveries meet, so that none is done before all have begun.</summary>
    internal sealed class Meeting
    {
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _begun;
        private int _ended;

        public int Begun => _begun;

        public int Ended => _ended;

        public ConcurrentDictionary<Guid, string?> Traces { get; } = new();

        public Task BeginAsync()
        {
            if (Interlocked.Increment(ref _begun) >= AtOnce)
            {
                _all.TrySetResult();
            }

            return _all.Task.WaitAsync(Eventually.Deadline);
        }

        public void Open() => _all.TrySetResult();

        public void Begin() => Interlocked.Increment(ref _begun);

        public void End() => Interlocked.Increment(ref _ended);
    }

    internal sealed class ActOnce(NotesDb db, Meeting meeting) : IConsumer<NoteTaken>
    {
        private const string Name = "notes/act-once";

        public async Task Consume(ConsumeContext<NoteTaken> context)
        {
            var taken = context.Message;
            var handled = await db.HasHandledAsync(Name, taken.EventId, context.CancellationToken);
            await meeting.BeginAsync();
            if (!handled)
            {
                db.MarkHandled(Name, taken.EventId, taken.OccurredAt);
                db.Add(new Effect { NoteId = taken.NoteId });
                try
                {
                    await db.SaveChangesAsync(context.CancellationToken);
                }
                catch (DbUpdateException exception) when (exception.IsDuplicateDelivery())
                {
                    // Another delivery was faster.
                }
            }

            meeting.End();
        }
    }

    internal sealed class NoteTraces(Meeting meeting) : IConsumer<NoteTaken>
    {
        public Task Consume(ConsumeContext<NoteTaken> context)
        {
            meeting.Traces[context.Message.NoteId] = Activity.Current?.TraceId.ToHexString();
            return Task.CompletedTask;
        }
    }

    internal sealed class AlwaysFail(Meeting meeting) : IConsumer<NoteTaken>
    {
        public Task Consume(ConsumeContext<NoteTaken> context)
        {
            meeting.Begin();
            throw new InvalidOperationException("The test's handler fails.");
        }
    }
}
