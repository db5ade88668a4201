using System.Threading.Channels;
using Npgsql;

namespace OnePlatform.Events.Recording;

/// <summary>
/// Commits what many deliveries bring in few transactions: whatever is waiting goes together, so the batch grows with the load
/// and nobody waits for a batch to fill. Each delivery learns what became of its own lines.
/// </summary>
internal sealed class LogWriter(IncomingTable incoming) : BackgroundService
{
    private const int MostDeliveries = 500;
    private const int MostLines = 2000;

    private readonly Channel<Delivery> _waiting = Channel.CreateBounded<Delivery>(4 * MostDeliveries);

    /// <summary>Returns when the lines are committed.</summary>
    /// <exception cref="ChannelClosedException">The writer has ended; it takes nothing any more, and leaves nobody waiting.</exception>
    public async Task RecordAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var delivery = new Delivery(entries, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(delivery, cancellationToken);
        await delivery.Done.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Two: one collects and sends while PostgreSQL flushes the other's commit.
            await Task.WhenAll(WriteAsync(stoppingToken), WriteAsync(stoppingToken));
        }
        finally
        {
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var left))
            {
                left.Done.TrySetException(new ChannelClosedException());
            }
        }
    }

    private async Task WriteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                if (Collect() is { Count: > 0 } deliveries)
                {
                    await CommitAsync(deliveries, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The broker delivers again what was not acknowledged.
        }
    }

    private List<Delivery> Collect()
    {
        var deliveries = new List<Delivery>();
        for (var lines = 0; deliveries.Count < MostDeliveries && lines < MostLines && _waiting.Reader.TryRead(out var delivery);)
        {
            deliveries.Add(delivery);
            lines += delivery.Entries.Count;
        }

        return deliveries;
    }

    private async Task CommitAsync(List<Delivery> deliveries, CancellationToken cancellationToken)
    {
        try
        {
            await incoming.AddAsync([.. deliveries.SelectMany(d => d.Entries)], cancellationToken);
            deliveries.ForEach(d => d.Done.TrySetResult());
        }
        catch (PostgresException exception) when (deliveries.Count > 1 && !exception.IsTransient)
        {
            // One of them holds what cannot be stored; alone, it fails alone.
            foreach (var delivery in deliveries)
            {
                await CommitAsync([delivery], cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whatever it was, those who wait must learn of it; they decide whether to try again.
            deliveries.ForEach(d => d.Done.TrySetException(exception));
        }
    }

    private sealed record Delivery(IReadOnlyList<LogEntry> Entries, TaskCompletionSource Done);
}
