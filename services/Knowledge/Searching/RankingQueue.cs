using System.Threading.Channels;

namespace OnePlatform.Knowledge.Searching;

/// <summary>
/// Ranks first what was asked first, on each processor one at a time: a ranking is nothing but work, and many at once would all end late.
/// Questions that wait for the same indexes are ranked together, for one scan can serve several.
/// </summary>
internal sealed class RankingQueue : BackgroundService
{
    private const int MostTogether = 4;

    private static readonly int s_workers = Environment.ProcessorCount;

    private readonly Channel<Waiting> _waiting = Channel.CreateUnbounded<Waiting>();
    private readonly Lock _taking = new();

    public Task<IReadOnlyList<RankedRow>> RankAsync(RankingTask task, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(task, new TaskCompletionSource<IReadOnlyList<RankedRow>>(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        _waiting.Writer.TryWrite(waiting);
        return waiting.Answer.Task;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
        => Task.WhenAll(Enumerable.Range(0, s_workers).Select(_ => Task.Run(() => WorkAsync(stoppingToken), stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                if (Take() is { Count: > 0 } together)
                {
                    Rank(together);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server has ended its requests before.
        }
    }

    // No more than this processor's part of what waits, or another would have nothing to do.
    private List<Waiting> Take()
    {
        var together = new List<Waiting>();
        lock (_taking)
        {
            var most = Math.Clamp((_waiting.Reader.Count + s_workers - 1) / s_workers, 1, MostTogether);
            while (together.Count < most && _waiting.Reader.TryPeek(out var next) && (together.Count == 0 || together[0].Task.IsBeside(next.Task)))
            {
                _waiting.Reader.TryRead(out _);
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
