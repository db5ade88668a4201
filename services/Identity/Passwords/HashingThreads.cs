using System.Collections.Concurrent;

namespace OnePlatform.Identity.Passwords;

/// <summary>
/// As many threads as cores do nothing but hash, off a queue of bounded length. A storm of sign-ins then waits there, and not in
/// the thread pool, where every other request would wait with it.
/// </summary>
internal sealed class HashingThreads : IDisposable
{
    private readonly BlockingCollection<Action> _queue;

    public HashingThreads(int capacity)
    {
        _queue = new BlockingCollection<Action>(capacity);
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"password hashing {i}" }.Start();
        }
    }

    /// <exception cref="TimeoutException">The queue is full: whoever came now would wait too long, so the answer is 503.</exception>
    public Task<T> RunAsync<T>(Func<T> hash, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _queue.TryAdd(Run) ? result.Task : throw new TimeoutException("Too many passwords wait to be checked.");

        void Run()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                // Nobody waits for the answer any more; the quarter of a second is somebody else's.
                result.SetCanceled(cancellationToken);
                return;
            }

            try
            {
                result.SetResult(hash());
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                result.SetException(exception);
            }
        }
    }

    public void Dispose() => _queue.CompleteAdding();

    private void Work()
    {
        foreach (var hash in _queue.GetConsumingEnumerable())
        {
            hash();
        }
    }
}
