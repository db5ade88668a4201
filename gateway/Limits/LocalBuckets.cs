using System.Collections.Concurrent;

namespace OnePlatform.Gateway.Limits;

/// <summary>The buckets of this instance alone, for the time that Redis is away. Simpler than the shared ones: whole minutes.</summary>
internal sealed class LocalBuckets(TimeProvider clock)
{
    private const int Capacity = 50_000;
    private readonly ConcurrentDictionary<string, Window> _windows = new(StringComparer.Ordinal);

    public LimitState Take(BucketSet set, int cost)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var (minute, reset) = (now / BucketSet.WindowSeconds, (int)(BucketSet.WindowSeconds - (now % BucketSet.WindowSeconds)));
        var (remaining, resets) = (new int[set.Buckets.Length], new int[set.Buckets.Length]);
        var violated = 0;
        if (_windows.Count > Capacity)
        {
            _windows.Clear();
        }

        for (var i = 0; i < set.Buckets.Length; i++)
        {
            var bucket = set.Buckets[i];
            var window = _windows.GetOrAdd(bucket.Key, static _ => new Window());
            var taken = window.Take(minute, Math.Min(cost, bucket.Requests), bucket.Requests + bucket.Burst);
            (remaining[i], resets[i]) = (Math.Max(bucket.Requests - Math.Abs(taken), 0), reset);
            violated |= taken < 0 ? 1 << i : 0;
        }

        return new LimitState(set, remaining, resets, violated);
    }

    private sealed class Window
    {
        private readonly Lock _lock = new();
        private long _minute;
        private int _taken;

        /// <returns>What is taken so far, negative when there was too little left.</returns>
        public int Take(long minute, int cost, int ceiling)
        {
            lock (_lock)
            {
                if (_minute != minute)
                {
                    (_minute, _taken) = (minute, 0);
                }

                if (_taken + cost > ceiling)
                {
                    return -_taken;
                }

                return _taken += cost;
            }
        }
    }
}
