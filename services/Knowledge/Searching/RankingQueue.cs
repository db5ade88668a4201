namespace OnePlatform.Knowledge.Searching;

/// <summary>
/// Ranks first what was asked first, on each processor one at a time: a ranking is nothing but work, and many at once would all end late.
/// Questions that wait for the same indexes are ranked together, for one scan can serve several. On threads of its own, because on those
/// that serve requests everybody else would wait for a scan to end.
/// </summary>
internal sealed class RankingQueue : BackgroundService
{
    private const int MostTogether = 4;

    private static readonly int s_workers = Environment.ProcessorCount;

    private readonly Queue<Waiting> _waiting = new();
    private int _idle;

    public Task<IReadOnlyList<RankedRow>> RankAsync(RankingTask task, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(task, new TaskCompletionSource<IReadOnlyList<RankedRow>>(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        lock (_waiting)
        {
            _waiting.Enqueue(waiting);
            Monitor.Pulse(_waiting);
        }

        return waiting.Answer.Task;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var waking = stoppingToken.Register(Wake);
        await Task.WhenAll(Enumerable.Range(0, s_workers).Select(_ => Task.Factory.StartNew(
            () => Work(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    private void Wake()
    {
        lock (_waiting)
        {
            Monitor.PulseAll(_waiting);
        }
    }

    // When it ends the server has ended its requests before.
    private void Work(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            if (Take(stoppingToken) is { Count: > 0 } together)
            {
                Rank(together);
            }
        }
    }

    // As many as one scan serves well, but no more than this processor's part where others have nothing to do.
    private List<Waiting> Take(CancellationToken stoppingToken)
    {
        var together = new List<Waiting>();
        lock (_waiting)
        {
            while (_waiting.Count == 0 && !stoppingToken.IsCancellationRequested)
            {
                _idle++;
                Monitor.Wait(_waiting);
                _idle--;
            }

            var most = Math.Clamp((_waiting.Count + _idle) / (_idle + 1), 1, MostTogether);
            while (together.Count < most && _waiting.TryPeek(out var next) && (together.Count == 0 || together[0].Task.IsBeside(next.Task)))
            {
                _waiting.Dequeue();
                if (next.CancellationToken.IsCancellationRequested)
                {
                    next.Answer.TrySetCanceled(next.CancellationToken);
                }
                else
                {
                    together.Add(next);
                }
            }
        }

        return together;
    }

    private static void Rank(List<Waiting> together)
    {
        try
        {
            var answers = Ranking.Rank([.. together.Select(w => w.Task)]);
            for (var i = 0; i < answers.Length; i++)
            {
                together[i].Answer.TrySetResult(answers[i]);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whoever asked decides what follows; this loop serves the next.
            together.ForEach(w => w.Answer.TrySetException(exception));
        }
    }

    private sealed record Waiting(RankingTask Task, TaskCompletionSource<IReadOnlyList<RankedRow>> Answer, CancellationToken CancellationToken);
}
