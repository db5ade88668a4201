using System.Threading.Channels;
using Npgsql;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Things;

/// <summary>
/// Indexes what many deliveries bring in few transactions: a group's index is changed by one transaction at a time, so that
/// deliveries of one group would only wait for each other. Each delivery learns what became of its own things.
/// </summary>
internal sealed class ThingIntake(IServiceScopeFactory scopes) : BackgroundService
{
    private const int MostDeliveries = 256;
    private const int MostThings = 512;

    private readonly Channel<Delivery> _waiting = Channel.CreateBounded<Delivery>(MostDeliveries);

    /// <summary>Returns when the things are indexed.</summary>
    public async Task KeepAsync(IReadOnlyList<ThingSnapshot> things, CancellationToken cancellationToken)
    {
        if (things.Count == 0)
        {
            return;
        }

        var delivery = new Delivery(things, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await _waiting.Writer.WriteAsync(delivery, cancellationToken);
        await delivery.Done.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Two: one reads and embeds while PostgreSQL flushes the other's commit.
        await Task.WhenAll(WorkAsync(stoppingToken), WorkAsync(stoppingToken));
    }

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
            {
                if (Collect() is { Count: > 0 } deliveries)
                {
                    await IndexAsync(deliveries, stoppingToken);
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
        for (var things = 0; deliveries.Count < MostDeliveries && things < MostThings && _waiting.Reader.TryRead(out var delivery);)
        {
            deliveries.Add(delivery);
            things += delivery.Things.Count;
        }

        return deliveries;
    }

    private async Task IndexAsync(List<Delivery> deliveries, CancellationToken cancellationToken)
    {
        try
        {
            await IndexAsync(deliveries.SelectMany(d => d.Things), cancellationToken);
            deliveries.ForEach(d => d.Done.TrySetResult());
        }
        catch (Exception exception) when (deliveries.Count > 1 && !IsPassing(exception))
        {
            // One of them may hold what cannot be indexed; alone, it fails alone. What was done already is found done.
            foreach (var delivery in deliveries)
            {
                await IndexAsync([delivery], cancellationToken);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Whoever delivered it decides what follows; this loop serves the next.
            deliveries.ForEach(d => d.Done.TrySetException(exception));
        }
    }

    /// <summary>Not the fault of one thing: all of them would meet it alone as well.</summary>
    private static bool IsPassing(Exception exception)
        => exception is NpgsqlException { IsTransient: true } or TimeoutException or HttpRequestException or OperationCanceledException;

    private async Task IndexAsync(IEnumerable<ThingSnapshot> things, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActAsSystem();
        var index = scope.ServiceProvider.GetRequiredService<ThingIndex>();
        foreach (var group in things.GroupBy(t => t.GroupId))
        {
            // The latest of each is enough, whatever happened in between.
            await index.KeepAsync(group.Key, [.. group.GroupBy(t => t.Id).Select(t => t.MaxBy(s => s.Version)!)], cancellationToken);
        }
    }

    private sealed record Delivery(IReadOnlyList<ThingSnapshot> Things, TaskCompletionSource Done);
}
