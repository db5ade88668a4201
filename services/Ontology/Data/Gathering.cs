using System.Diagnostics;
using Npgsql;
using OnePlatform.ServiceDefaults;

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
    private readonly Lock _lock = new();

    // What waits in each group that is being worked for; what one tenant waits for holds up no other.
    private readonly Dictionary<Guid, Queue<Waiting>> _waiting = [];
    private int _open;

    /// <summary>How many have no answer yet.</summary>
    public int Open => _open;

    /// <summary>Begins with telling PostgreSQL the group; its first result is of that.</summary>
    protected NpgsqlBatch BatchIn(Guid group)
    {
        var scope = new TenantScope();
        scope.ActIn(group);
        return dataSource.CreateTenantBatch(scope);
    }

    /// <exception cref="PostgresException">What this one asks for cannot be done.</exception>
    protected async Task<TAnswer> AskAsync(TAsk ask, CancellationToken cancellationToken)
    {
        var group = GroupOf(ask);
        var waiting = new Waiting(ask, Activity.Current);
        Interlocked.Increment(ref _open);
        if (Enter(group, waiting))
        {
            _ = WorkAsync(group);
        }

        try
        {
            return await waiting.Answer.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It may still be done, for the others or as with any request whose answer is lost.
            await LeaveAsync(waiting);
            throw;
        }
    }

    protected abstract Guid GroupOf(TAsk ask);

    protected virtual int SizeOf(TAsk ask) => 0;

    /// <returns>The answers to what was asked, all of one group, in its order.</returns>
    protected abstract Task<IReadOnlyList<TAnswer>> AnswerAsync(Guid group, IReadOnlyList<TAsk> asked, CancellationToken cancellationToken);

    /// <returns>True when nobody works for the group yet.</returns>
    private bool Enter(Guid group, Waiting waiting)
    {
        lock (_lock)
        {
            var isWorkedFor = _waiting.TryGetValue(group, out var queue);
            if (!isWorkedFor)
            {
                _waiting.Add(group, queue = new Queue<Waiting>());
            }

            queue!.Enqueue(waiting);
            return !isWorkedFor;
        }
    }

    // One statement at a time for a group: those who come meanwhile go in the next, which is the larger and costs each of them the less.
    private async Task WorkAsync(Guid group)
    {
        while (Take(group) is { Count: > 0 } taken)
        {
            await AnswerAsync(group, taken);
            Interlocked.Add(ref _open, -taken.Count);
        }
    }

    /// <returns>Empty when nothing is left, and nobody works for the group any more.</returns>
    private List<Waiting> Take(Guid group)
    {
        lock (_lock)
        {
            var taken = new List<Waiting>();
            var queue = _waiting[group];
            for (var size = 0; taken.Count < most.Count && size < most.Size && queue.TryDequeue(out var next);)
            {
                taken.Add(next);
                size += SizeOf(next.Ask);
            }

            if (taken.Count == 0)
            {
                _waiting.Remove(group);
            }

            return taken;
        }
    }

    // What nobody waits for any more ends, down to the database.
    private async Task LeaveAsync(Waiting waiting)
    {
        CancellationTokenSource? deserted;
        lock (_lock)
        {
            waiting.HasLeft = true;
            deserted = waiting.With is { IsDeserted: true } statement ? statement.Ending : null;
        }

        await (deserted?.CancelAsync() ?? Task.CompletedTask);
    }

    private async Task AnswerAsync(Guid group, List<Waiting> together)
    {
        // Not disposed of: who leaves just as it ends may still cancel it, and it has no timer.
        var ending = new CancellationTokenSource();
        var statement = new Statement(together, ending);
        lock (_lock)
        {
            if (statement.IsDeserted)
            {
                return;
            }

            together.ForEach(w => w.With = statement);
        }

        try
        {
            // What the statement says to a trace, it says to that of the first.
            Activity.Current = together[0].Cause;
            var answers = await AnswerAsync(group, together.ConvertAll(w => w.Ask), ending.Token);
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

    private sealed class Waiting(TAsk ask, Activity? cause)
    {
        public TAsk Ask => ask;

        public Activity? Cause => cause;

        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Statement? With { get; set; }

        public bool HasLeft { get; set; }
    }

    private sealed record Statement(List<Waiting> For, CancellationTokenSource Ending)
    {
        public bool IsDeserted => For.TrueForAll(w => w.HasLeft);
    }
}
