using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace OnePlatform.Knowledge.Index;

/// <summary>Copies of groups' indexes, up to so much memory.</summary>
internal sealed class GroupIndexes(IOptions<IndexOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, Slot> _slots = new();

    public long Bytes => _slots.Values.Sum(slot => slot.Bytes);

    /// <summary>The group's place in the cache. One at a time may fill it, whoever holds its <see cref="Slot.Loading"/>.</summary>
    public Slot Of(Guid group)
    {
        var slot = _slots.GetOrAdd(group, _ => new Slot());
        slot.UsedAt = clock.GetTimestamp();
        return slot;
    }

    /// <summary>Call after a slot has grown.</summary>
    public void MakeRoom(Slot grown)
    {
        var most = (long)options.Value.CacheMegabytes << 20;
        var total = Bytes;
        foreach (var (group, slot) in _slots.OrderBy(s => s.Value.UsedAt))
        {
            if (total <= most)
            {
                return;
            }

            if (slot != grown && _slots.TryRemove(group, out _))
            {
                // Not disposed: a search may be reading it still. The collector takes it when the last one is done.
                total -= slot.Bytes;
            }
        }
    }

    internal sealed class Slot
    {
        public SemaphoreSlim Loading { get; } = new(1, 1);

        public volatile GroupIndex? Index;

        private long _usedAt;

        public long UsedAt
        {
            get => Interlocked.Read(ref _usedAt);
            set => Interlocked.Exchange(ref _usedAt, value);
        }

        public long Bytes => Index?.Bytes ?? 0;
    }
}
