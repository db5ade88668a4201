using System.Collections.Concurrent;

namespace OnePlatform.Messaging.Tests;

/// <summary>A broker that several relays talk to and that fails every so many calls.</summary>
internal sealed class FlakyTransport(int failEvery = 0) : IOutboxTransport
{
    private readonly ConcurrentDictionary<Guid, bool> _held = new();
    private int _calls;

    public ConcurrentQueue<Guid> Published { get; } = new();

    /// <summary>Rows that two relays held at the same time.</summary>
    public ConcurrentQueue<Guid> HeldTwice { get; } = new();

    /// <summary>Awaited in the middle of each call, with its number.</summary>
    public Func<int, Task> Meanwhile { get; set; } = _ => Task.CompletedTask;

    public async Task<IReadOnlyList<PublishFailure>> PublishAsync(IReadOnlyList<ClaimedMessage> messages, CancellationToken cancellationToken)
    {
        var call = Interlocked.Increment(ref _calls);
        foreach (var id in messages.Select(m => m.EventId).Where(id => !_held.TryAdd(id, true)))
        {
            HeldTwice.Enqueue(id);
        }

        await Meanwhile(call);
        foreach (var message in messages)
        {
            _held.TryRemove(message.EventId, out _);
        }

        if (failEvery > 0 && call % failEvery == 0)
        {
            throw new TransportUnavailableException(new IOException("The test cut the line."));
        }

        foreach (var message in messages)
        {
            Published.Enqueue(message.EventId);
        }

        return [];
    }
}
