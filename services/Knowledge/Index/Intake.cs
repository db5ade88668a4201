using System.Threading.Channels;
using Npgsql;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// Does in few transactions what many bring: a group's index is changed by one transaction at a time, so that many for one group would
/// only wait for each other. Each learns what became of its own.
/// </summary>
/// <typeparam name="T">What one brings.</typeparam>
internal abstract class Intake<T> : BackgroundService
{
    private const int MostWaiting = 256;
    private const int MostRows = 512;

    private readonly Channel<Delivery> _waiting = Channel.CreateBounded<Delivery>(MostWaiting);

    /// <summary>Returns when it is done.</summary>
    public async Task KeepAsync(T work, CancellationToken cancellationToken)
    {
        if (RowsOf(work) == 0)
        {
            return;
        }

        var delivery = new Delivery(work, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(delivery, cancellationToken);
        await delivery.Done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>How large it is, roughly; 0 for nothing to do.</summary>
    protected abstract int RowsOf(T work);

    /// <summary>Works with different ones fail and succeed apart.</summary>
    protected virtual Guid PartOf(T work) => Guid.Empty;

    /// <summary>Does all of it; where that fails, each by itself.</summary>
    protected abstract Task DoAsync(IReadOnlyList<T> works, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Two: one prepares while PostgreSQL flushes the other's commit.
        await Task.WhenAll(WorkAsync(stoppingToken), WorkAsync(stoppingToken));
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                foreach (var together in Collect().GroupBy(d => PartOf(d.Work)))
                {
                    await DoAsync([.. together], stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Whoever waits is stopping too, and what was not acknowledged is delivered again.
        }
    }

    private List<Delivery> Collect()
    {
        var deliveries = new List<Delivery>();
        for (var rows = 0; deliveries.Count < MostWaiting && rows < MostRows && _waiting.Reader.TryRead(out var delivery);)
        {
            deliveries.Add(delivery);
            rows += RowsOf(delivery.Work);
        }

        return deliveries;
    }

    private async Task DoAsync(List<Delivery> deliveries, CancellationToken cancellationToken)
    {
        try
        {
            await DoAsync([.. deliveries.Select(d => d.Work)], cancellationToken);
            deliveries.ForEach(d => d.Done.TrySetResult());
        }
        catch (Exception exception) when (deliveries.Count > 1 && !IsPassing(exception))
        {
            // One of them may hold what cannot be stored; alone, it fails alone.
            foreach (var delivery in deliveries)
            {
                await DoAsync([delivery], cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whoever brought it decides what follows; this loop serves the next.
            deliveries.ForEach(d => d.Done.TrySetException(exception));
        }
    }

    /// <summary>Not the fault of one: all of them would meet it alone as well.</summary>
    private static bool IsPassing(Exception exception)
        => exception is NpgsqlException { IsTransient: true } or TimeoutException or HttpRequestException or OperationCanceledException;

    private sealed record Delivery(T Work, TaskCompletionSource Done);
}
