using System.Collections.Concurrent;

namespace OnePlatform.Gateway.Usage;

/// <summary>Whose call it is; no key for the calls of people.</summary>
internal readonly record struct CallOwner(Guid Group, Guid? Key);

/// <summary>Calls of this instance that are not written down yet.</summary>
internal sealed class CallCounts
{
    private ConcurrentDictionary<CallOwner, Counter> _open = new();
    private ConcurrentDictionary<CallOwner, Counter> _closed = new();

    public void Count(CallOwner owner) => _open.GetOrAdd(owner, static _ => new Counter()).Add(1);

    /// <summary>
    /// What was counted before the last time this was asked. One round stays behind, so that a request that was just counting
    /// while the round ended is not lost.
    /// </summary>
    public IReadOnlyList<(CallOwner Owner, long Calls)> Take()
    {
        var taken = _closed;
        _closed = Interlocked.Exchange(ref _open, new ConcurrentDictionary<CallOwner, Counter>());
        return [.. taken.Select(entry => (entry.Key, entry.Value.Calls))];
    }

    /// <summary>They could not be written; the next round takes them along.</summary>
    public void GiveBack(IEnumerable<(CallOwner Owner, long Calls)> counted)
    {
        foreach (var (owner, calls) in counted)
        {
            _open.GetOrAdd(owner, static _ => new Counter()).Add(calls);
        }
    }

    private sealed class Counter
    {
        private long _calls;

        public long Calls => Interlocked.Read(ref _calls);

        public void Add(long calls) => Interlocked.Add(ref _calls, calls);
    }
}
