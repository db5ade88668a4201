using System.Collections.Concurrent;
using MassTransit;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Whether news arrives. What was held while none did may be stale, so all of it goes when a queue is back.</summary>
internal sealed class BrokerWatch(Evictions evictions) : IReceiveEndpointObserver
{
    private readonly ConcurrentDictionary<Uri, bool> _queues = new();
    private volatile bool _isListening;

    public bool IsListening => _isListening;

    public Task Ready(ReceiveEndpointReady ready)
    {
        evictions.EvictEverything();
        return Note(ready, isListening: true);
    }

    public Task Faulted(ReceiveEndpointFaulted faulted) => Note(faulted, isListening: false);

    public Task Stopping(ReceiveEndpointStopping stopping) => Note(stopping, isListening: false);

    public Task Completed(ReceiveEndpointCompleted completed) => Note(completed, isListening: false);

    private Task Note(ReceiveEndpointEvent change, bool isListening)
    {
        _queues[change.InputAddress] = isListening;
        _isListening = _queues.Values.All(listening => listening);
        return Task.CompletedTask;
    }
}
