using System.Collections.Concurrent;

namespace OnePlatform.Gateway.Credentials;

/// <summary>The grants in use on this instance; bounded, and no grant outlives its token or what it was made from.</summary>
internal sealed class GrantMemory(Evictions evictions, BrokerWatch broker, TimeProvider clock)
{
    private const int Capacity = 100_000;

    // Under the sixty seconds in which a revocation must show when no news arrives.
    private static readonly TimeSpan s_deafLifetime = TimeSpan.FromSeconds(50);
    // A token must not end on its way to the service.
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<CredentialHash, Entry> _grants = new();

    public Grant? Find(CredentialHash hash)
    {
        if (!_grants.TryGetValue(hash, out var entry))
        {
            return null;
        }

        // Most requests come with no news since the last look: one comparison instead of a look-up per tag.
        var generation = evictions.Generation;
        if (IsFresh(entry.Grant) && (entry.HeldAt == generation || evictions.Holds(entry.Grant, entry.HeldAt)))
        {
            entry.HeldAt = generation;
            return entry.Grant;
        }

        _grants.TryRemove(new KeyValuePair<CredentialHash, Entry>(hash, entry));
        return null;
    }

    /// <param name="generation">As it was before Identity was asked.</param>
    public void Keep(CredentialHash hash, Grant grant, long generation)
    {
        if (_grants.Count >= Capacity)
        {
            MakeRoom();
        }

        _grants[hash] = new Entry(grant) { HeldAt = generation };
    }

    public bool IsFresh(Grant grant)
    {
        var now = clock.GetUtcNow();
        return grant.Answer.ExpiresAt - s_margin > now && (broker.IsListening || now - grant.IssuedAt < s_deafLifetime);
    }

    private void MakeRoom()
    {
        var surplus = Capacity / 10;
        foreach (var (hash, entry) in _grants)
        {
            if (!IsFresh(entry.Grant) || surplus-- > 0)
            {
                _grants.TryRemove(hash, out _);
            }
        }
    }

    private sealed class Entry(Grant grant)
    {
        private long _heldAt;

        public Grant Grant => grant;

        public long HeldAt
        {
            get => Volatile.Read(ref _heldAt);
            set => Volatile.Write(ref _heldAt, value);
        }
    }
}
