using System.Diagnostics;
using Npgsql;

namespace OnePlatform.Ontology.Data;

/// <summary>
/// Does together what requests of a group ask for at the same moment: whatever is waiting goes in one statement, so that it grows with the
/// load and nobody waits for others to come. Each request learns its own answer, and one whose asking fails holds up no other. Only for
/// requests that act in that group alone: the statement is told that group, and row-level security holds it to it.
/// </summary>
/// <param name="dataSource">The database.</param>
/// <param name="most">How many go together, and how large they may be.</param>
internal abstract class Gathering<TAsk, TAnswer>(NpgsqlDataSource dataSource, (int Count, int Size) most)
{
    // Two: one collects and sends while PostgreSQL works for the other.
    private const int Workers = 2;

    // Groups share lanes, so that none has to be kept for a group that is quiet; a statement is of one group all the same.
    private readonly Lane[] _lanes = [.. Enumerable.Range(0, 64).Select(_ => new Lane())];
    private int _open;

    /// <summary>How many have no answer yet.</summary>
    public int Open => _open;

    protected NpgsqlDataSource DataSource => dataSource;

    /// <exception cref="PostgresException">What this one asks for cannot be done.</exception>
    protected async Task<TAnswer> AskAsync(TAsk ask, CancellationToken cancellationToken)
    {
        var lane = _lanes[(uint)GroupOf(ask).GetHashCode() % _lanes.Length];
        var waiting = new Waiting(ask, Activity.Current, new TaskCompletionSource<TAnswer>(TaskCreationOptions.RunContinuationsAsynchronously));
        Interlocked.Increment(ref _open);
        if (lane.Enter(waiting))
        {
            _ = WorkAsync(lane);
        }

        // Who gives up after this may still have it done, as with any request whose answer is lost.
        return await waiting.Answer.Task.WaitAsync(cancellationToken);
    }

    protected abstract Guid GroupOf(TAsk ask);

    protected virtual int SizeOf(TAsk ask) => 0;

    /// <returns>The answers to what was asked, all of one group, in its order.</returns>
    protected abstract Task<IReadOnlyList<TAnswer>> AnswerAsync(Guid group, IReadOnlyList<TAsk> asked);

    private async Task WorkAsync(Lane lane)
    {
        while (lane.Take(most.Count, most.Size, SizeOf) is { Count: > 0 } taken)
        {
            foreach (var ofGroup in taken.GroupBy(w => GroupOf(w.Ask)))
            {
                await AnswerAsync(ofGroup.Key, [.. ofGroup]);
            }

            Interlocked.Add(ref _open, -taken.Count);
        }
    }

    private async Task AnswerAsync(Guid group, List<Waiting> together)
    {
        try
        {
            // What the statement says to a trace, it says to that of the first.
            Activity.Current = together[0].Cause;
            var answers = await AnswerAsync(group, together.ConvertAll(w => w.Ask));
            for (var i = 0; i < together.Count; i++)
            {
                together[i].Answer.TrySetResult(answers[i]);
            }
        }
        catch (PostgresException) when (together.Count > 1)
        {
            // One of them cannot be done, or two transactions met; alone, each fails alone.
            foreach (var alone in together)
            {
                await AnswerAsync(group, [alone]);
            }
        }
        catch (Exception exception)
        {
            // Whatever it was, those who wait must learn of it.
            together.ForEach(w => w.Answer.TrySetException(exception));
        }
    }

    private sealed record Waiting(TAsk Ask, Activity? Cause, TaskCompletionSource<TAnswer> Answer);

    private sealed class Lane
    {
        private readonly Lock _lock = new();
        private readonly Queue<Waiting> _waiting = new();
        private int _workers;

        /// <returns>True when there is a worker to be begun.</returns>
        public bool Enter(Waiting waiting)
        {
            lock (_lock)
            {
                _waiting.Enqueue(waiting);
                if (_workers == Workers)
                {
                    return false;
                }

                _workers++;
                return true;
            }
        }

        /// <returns>Empty when nothing is left, and the worker ends.</returns>
        public List<Waiting> Take(int count, int most, Func<TAsk, int> sizeOf)
        {
            lock (_lock)
            {
                var taken = new List<Waiting>();
                for (var size = 0; taken.Count < count && size < most && _waiting.TryDequeue(out var next);)
                {
                    taken.Add(next);
                    size += sizeOf(next.Ask);
                }

                _workers -= taken.Count == 0 ? 1 : 0;
                return taken;
            }
        }
    }
}
