using System.Collections.Concurrent;

namespace OnePlatform.Identity.Passwords;

/// <summary>
/// As many threads as cores do nothing but hash, off a queue of bounded length. A storm of sign-ins then waits there, and not in
/// the thread pool, where every other request would wait with it. The more wait, the more a thread takes at once.
/// </summary>
internal sealed class HashingThreads : IDisposable
{
    private readonly int _threads = Environment.ProcessorCount;
    private readonly BlockingCollection<Waiting> _queue;

    public HashingThreads(int capacity)
    {
        _queue = new BlockingCollection<Waiting>(capacity);
        for (var i = 0; i < _threads; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"password hashing {i}" }.Start();
        }
    }

    /// <inheritdoc cref="InterleavedBcrypt.Hash"/>
    /// <returns>The hash of <paramref name="text"/>.</returns>
    /// <exception cref="TimeoutException">The queue is full: whoever came now would wait too long, so the answer is 503.</exception>
    public Task<string> HashAsync(string text, BcryptSetting setting, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(text, setting, cancellationToken);
        return _queue.TryAdd(waiting) ? waiting.Hash.Task : throw new TimeoutException("Too many passwords wait to be checked.");
    }

    public void Dispose() => _queue.CompleteAdding();

    private void Work()
    {
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            // Those of another cost, of accounts not seen since it was changed, would have to wait for one another.
            foreach (var alike in Take(first).Where(IsWaitedFor).GroupBy(w => w.Setting.Cost))
            {
                Hash([.. alike]);
            }
        }
    }

    private List<Waiting> Take(Waiting first)
    {
        // No more than this thread's share: another that is about to be free should not find the queue empty.
        var most = Math.Min(InterleavedBcrypt.Lanes, 1 + (_queue.Count / _threads));
        List<Waiting> taken = [first];
        while (taken.Count < most && _queue.TryTake(out var next))
        {
            taken.Add(next);
        }

        return taken;
    }

    // The time for whoever has left is somebody else's.
    private static bool IsWaitedFor(Waiting waiting)
        => !waiting.CancellationToken.IsCancellationRequested || !waiting.Hash.TrySetCanceled(waiting.CancellationToken);

    private static void Hash(List<Waiting> together)
    {
        try
        {
            var hashes = InterleavedBcrypt.Hash([.. together.Select(w => w.Text)], [.. together.Select(w => w.Setting)]);
            for (var i = 0; i < hashes.Length; i++)
            {
                together[i].Hash.SetResult(hashes[i]);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever it was, those who wait must learn of it.
            together.ForEach(w => w.Hash.TrySetException(exception));
        }
    }

    private sealed record Waiting(string Text, BcryptSetting Setting, CancellationToken CancellationToken)
    {
        public TaskCompletionSource<string> Hash { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
