using System.Diagnostics;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>
/// Stores what requests create in a group at the same moment in one transaction: whatever is waiting goes together, so that a batch
/// grows with the load and nobody waits for one to fill. Each request learns what became of its own thing.
/// </summary>
internal sealed class ThingIntake(NpgsqlDataSource dataSource)
{
    private const int MostTogether = 128;
    private const int MostCharacters = 1_000_000;

    // Two: one collects and sends while PostgreSQL flushes the other's commit.
    private const int Writers = 2;

    // Groups share lanes, so that none has to be kept for a group that is quiet; a transaction is of one group all the same.
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, 64).Select(_ => new Lane())];
    private int _open;

    /// <summary>How many are neither stored nor refused yet.</summary>
    public int Open => _open;

    /// <returns>False when the group does not take it; see <see cref="ThingInsert"/>.</returns>
    /// <exception cref="PostgresException">It cannot be stored; nothing else was held up by it.</exception>
    public async Task<bool> StoreAsync(NewThing thing, CancellationToken cancellationToken)
    {
        var lane = _lanes[(uint)thing.Thing.GroupId.GetHashCode() % _lanes.Length];
        var waiting = new Waiting(thing, Activity.Current, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        Interlocked.Increment(ref _open);
        if (lane.Enter(waiting))
        {
            _ = WriteAsync(lane);
        }

        // Who gives up after this may still have created it, as with any request whose answer is lost.
        return await waiting.Stored.Task.WaitAsync(cancellationToken);
    }

    private async Task WriteAsync(Lane lane)
    {
        while (lane.Take() is { Count: > 0 } taken)
        {
            foreach (var ofGroup in taken.GroupBy(w => w.New.Thing.GroupId))
            {
                await StoreAsync([.. ofGroup]);
            }

            Interlocked.Add(ref _open, -taken.Count);
        }
    }

    private async Task StoreAsync(List<Waiting> together)
    {
        try
        {
            // What the transaction says to a trace, it says to that of the first.
            Activity.Current = together[0].Cause;
            var stored = await InsertAsync(together.ConvertAll(w => w.New));
            together.ForEach(w => w.Stored.TrySetResult(stored.Contains(w.New.Thing.Id)));
        }
        catch (PostgresException) when (together.Count > 1)
        {
            // One of them cannot be stored, or two transactions met; alone, each fails alone.
            foreach (var alone in together)
            {
                await StoreAsync([alone]);
            }
        }
        catch (Exception exception)
        {
            // Whatever it was, those who wait must learn of it.
            together.ForEach(w => w.Stored.TrySetException(exception));
        }
    }

    private async Task<HashSet<Guid>> InsertAsync(List<NewThing> things)
    {
        var scope = new TenantScope();
        scope.ActIn(things[0].Thing.GroupId);
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(ThingInsert.Of(things));
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        var stored = new HashSet<Guid>(things.Count);
        while (await reader.ReadAsync())
        {
            stored.Add(reader.GetGuid(0));
        }

        return stored;
    }

    private sealed record Waiting(NewThing New, Activity? Cause, TaskCompletionSource<bool> Stored);

    private sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly Queue<Waiting> _waiting = new();
        private int _writers;

        /// <returns>True when there is a writer to be begun.</returns>
        public bool Enter(Waiting waiting)
        {
            lock (_lock)
            {
                _waiting.Enqueue(waiting);
                if (_writers == Writers)
                {
                    return false;
                }

                _writers++;
                return true;
            }
        }

        /// <returns>Empty when nothing is left, and the writer ends.</returns>
        public List<Waiting> Take()
        {
            lock (_lock)
            {
                var taken = new List<Waiting>();
                for (var size = 0; taken.Count < MostTogether && size < MostCharacters && _waiting.TryDequeue(out var next);)
                {
                    taken.Add(next);
                    size += next.New.Event.Body.Length;
                }

                _writers -= taken.Count == 0 ? 1 : 0;
                return taken;
            }
        }
    }
}
