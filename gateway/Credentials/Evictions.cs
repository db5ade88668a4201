using System.Collections.Concurrent;

namespace OnePlatform.Gateway.Credentials;

/// <summary>
/// What news made stale, and when. A grant holds as long as nothing it depends on was evicted since Identity was asked for it;
/// so an eviction also wins against an exchange that is under way, and no index from groups to grants is needed.
/// </summary>
internal sealed class Evictions(TimeProvider clock)
{
    // Longer than any grant lives, with room for clocks that differ.
    private static readonly TimeSpan s_memory = TimeSpan.FromMinutes(10);
    // By how much the clocks of two gateways may differ when one judges what the other stored.
    private static readonly TimeSpan s_skew = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<Guid, Eviction> _byTag = new();
    private readonly Lock _writing = new();
    private long _generation;
    private Eviction _all = new(0, DateTimeOffset.MinValue);

    /// <summary>Grows with every eviction; read it before asking for what will be stored.</summary>
    public long Generation => Volatile.Read(ref _generation);

    public void Evict(IReadOnlyCollection<Guid> tags)
    {
        var now = clock.GetUtcNow();
        lock (_writing)
        {
            // The tags first: whoever reads the new generation must also see what it made stale.
            var eviction = new Eviction(_generation + 1, now);
            foreach (var tag in tags)
            {
                _byTag[tag] = eviction;
            }

            Volatile.Write(ref _generation, eviction.Generation);
        }

        Forget(now);
    }

    /// <summary>For when news may have been missed.</summary>
    public void EvictEverything()
    {
        lock (_writing)
        {
            var eviction = new Eviction(_generation + 1, clock.GetUtcNow());
            Volatile.Write(ref _all, eviction);
            Volatile.Write(ref _generation, eviction.Generation);
        }
    }

    /// <summary>Whether nothing the grant depends on was evicted after <paramref name="generation"/>.</summary>
    public bool Holds(Grant grant, long generation)
    {
        if (generation < Volatile.Read(ref _all).Generation)
        {
            return false;
        }

        foreach (var tag in grant.Tags)
        {
            if (_byTag.TryGetValue(tag, out var eviction) && eviction.Generation > generation)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same for a grant that another gateway stored.</summary>
    public bool HoldsShared(Grant grant)
    {
        var since = grant.IssuedAt - s_skew;
        return Volatile.Read(ref _all).At < since && !grant.Tags.Any(tag => _byTag.TryGetValue(tag, out var eviction) && eviction.At >= since);
    }

    private void Forget(DateTimeOffset now)
    {
        if (_byTag.Count < 1000)
        {
            return;
        }

        foreach (var (tag, eviction) in _byTag)
        {
            if (now - eviction.At > s_memory)
            {
                _byTag.TryRemove(tag, out _);
            }
        }
    }

    private sealed record Eviction(long Generation, DateTimeOffset At);
}
