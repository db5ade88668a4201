using Microsoft.Extensions.Caching.Memory;

namespace OnePlatform.Identity.Attempts;

/// <summary>The counts of one process, bounded in number so that a flood of made-up subjects cannot fill the memory.</summary>
internal sealed class LocalAttempts(TimeProvider clock) : IDisposable
{
    private const int MostSubjects = 100_000;

    private readonly MemoryCache _windows = new(new MemoryCacheOptions { SizeLimit = MostSubjects });
    private readonly Lock _lock = new();

    public TimeSpan? Take(AttemptRule rule, string key)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (!_windows.TryGetValue(key, out Window? window) || window!.EndsAt <= now)
            {
                window = new Window { EndsAt = now + rule.Window };
                _windows.Set(key, window, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = rule.Window });
            }

            if (window.Count >= rule.Limit)
            {
                return window.EndsAt - now;
            }

            window.Count++;
            return null;
        }
    }

    public void GiveBack(string key)
    {
        lock (_lock)
        {
            if (_windows.TryGetValue(key, out Window? window) && window!.Count > 0)
            {
                window.Count--;
            }
        }
    }

    public TimeSpan? Look(AttemptRule rule, string key)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            return _windows.TryGetValue(key, out Window? window) && window!.EndsAt > now && window.Count >= rule.Limit ? window.EndsAt - now : null;
        }
    }

    public void Dispose() => _windows.Dispose();

    private sealed class Window
    {
        public required DateTimeOffset EndsAt { get; init; }

        public int Count { get; set; }
    }
}
