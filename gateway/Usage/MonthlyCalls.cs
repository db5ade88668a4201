using System.Collections.Concurrent;
using System.Globalization;
using OnePlatform.Gateway.Credentials;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Usage;

/// <summary>
/// The calls of each group and its descendants in this month, against their quota. Far from the quota an instance counts by itself
/// and tells Redis each second; near it, every call is taken from Redis, one by one, and the last are never given out twice.
/// </summary>
internal sealed class MonthlyCalls(IConnectionMultiplexer redis, TimeProvider clock)
{
    // More than all instances count in a second before they hear of each other.
    private const long SmallestReserve = 2000;
    private const int ReserveShare = 50;
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(40);

    private const string Script =
        """
        for i = 1, #ARGV, 3 do
            if tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or 0) + tonumber(ARGV[i + 1]) + 1 > tonumber(ARGV[i + 2]) then return { i } end
        end
        local totals = { 0 }
        for i = 1, #ARGV, 3 do totals[#totals + 1] = redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1] + 1) end
        redis.call('EXPIRE', KEYS[1], 3456000)
        return totals
        """;

    private readonly ConcurrentDictionary<Guid, Count> _counts = new();

    /// <summary>Takes one call from every quota of <paramref name="groups"/> without asking anybody.</summary>
    /// <returns>False when one of them is unknown here or nearly used up; nothing was taken then.</returns>
    public bool TryTake(IReadOnlyList<GroupTerms> groups)
    {
        var month = MonthOf(clock.GetUtcNow());
        for (var i = 0; i < groups.Count; i++)
        {
            if (groups[i].ApiCallsPerMonth is { } quota
                && !(_counts.TryGetValue(groups[i].Id, out var count) && count.TryTake(month, quota - Math.Max(SmallestReserve, quota / ReserveShare))))
            {
                while (--i >= 0)
                {
                    if (groups[i].ApiCallsPerMonth is not null)
                    {
                        _counts[groups[i].Id].GiveBack();
                    }
                }

                return false;
            }
        }

        return true;
    }

    /// <returns>The group whose quota is used up, or null when the call was taken.</returns>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<GroupTerms?> TakeAsync(IReadOnlyList<GroupTerms> groups)
    {
        var month = MonthOf(clock.GetUtcNow());
        var limited = groups.Where(group => group.ApiCallsPerMonth is not null).ToList();
        var counts = limited.Select(group => _counts.GetOrAdd(group.Id, static _ => new Count())).ToList();
        var untold = counts.Select(count => count.TakeUntold(month)).ToList();
        RedisValue[] arguments = [.. limited.Zip(untold).SelectMany(pair => new RedisValue[] { pair.First.Id.ToString("N"), pair.Second, pair.First.ApiCallsPerMonth!.Value })];
        var wasTold = false;
        try
        {
            var answer = (long[])(await redis.GetDatabase().ScriptEvaluateAsync(Script, [KeyOf(month)], arguments))!;
            wasTold = answer[0] == 0;
            for (var i = 0; wasTold && i < counts.Count; i++)
            {
                counts[i].Hear(month, answer[i + 1]);
            }

            return wasTold ? null : limited[(int)(answer[0] - 1) / 3];
        }
        finally
        {
            for (var i = 0; !wasTold && i < counts.Count; i++)
            {
                counts[i].Return(month, untold[i]);
            }
        }
    }

    /// <summary>Tells Redis what was counted here, and hears what all instances counted.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task TellAsync()
    {
        var (database, month) = (redis.GetDatabase(), MonthOf(clock.GetUtcNow()));
        foreach (var (group, count) in _counts)
        {
            var told = count.MonthOfUntold is var of && of != 0 ? of : month;
            var untold = count.TakeUntold(told);
            if (untold == 0)
            {
                continue;
            }

            try
            {
                count.Hear(told, await database.HashIncrementAsync(KeyOf(told), group.ToString("N"), untold));
                await database.KeyExpireAsync(KeyOf(told), s_kept, ExpireWhen.HasNoExpiry);
            }
            catch
            {
                count.Return(told, untold);
                throw;
            }
        }
    }

    private static int MonthOf(DateTimeOffset time) => (time.Year * 100) + time.Month;

    private static RedisKey KeyOf(int month) => string.Create(CultureInfo.InvariantCulture, $"gateway:calls:{month}");

    private sealed class Count
    {
        private readonly Lock _lock = new();
        private int _month;
        private long _told;
        private long _untold;
        private bool _isKnown;

        public int MonthOfUntold
        {
            get
            {
                lock (_lock)
                {
                    return _month;
                }
            }
        }

        public bool TryTake(int month, long ceiling)
        {
            lock (_lock)
            {
                if (_month != month || !_isKnown || _told + _untold >= ceiling)
                {
                    return false;
                }

                _untold++;
                return true;
            }
        }

        public void GiveBack()
        {
            lock (_lock)
            {
                _untold--;
            }
        }

        public long TakeUntold(int month)
        {
            lock (_lock)
            {
                if (_month != month)
                {
                    (_month, _told, _untold, _isKnown) = (month, 0, 0, false);
                }

                var untold = _untold;
                _untold = 0;
                return untold;
            }
        }

        public void Return(int month, long untold)
        {
            lock (_lock)
            {
                _untold += _month == month ? untold : 0;
            }
        }

        public void Hear(int month, long total)
        {
            lock (_lock)
            {
                if (_month == month)
                {
                    (_told, _isKnown) = (Math.Max(_told, total), true);
                }
            }
        }
    }
}
