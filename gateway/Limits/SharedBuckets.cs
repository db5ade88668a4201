using StackExchange.Redis;

namespace OnePlatform.Gateway.Limits;

/// <summary>The buckets of all instances, in Redis: one script checks every bucket of a request and takes from all or from none.</summary>
internal sealed class SharedBuckets(IConnectionMultiplexer redis, TimeProvider clock)
{
    /// <summary>
    /// Per bucket a hash: taken in each of the last 62 seconds (fields 0 to 61), their sum (t), the second last looked at (s) and
    /// what was taken of the burst (b). Sixty-two, because the oldest second has not wholly left the minute and what was leased is
    /// used up to a second later: any minute, wherever it starts, sees at most the limit, plus the burst once. The burst comes back
    /// with the key's expiry, after a quiet minute. Time is Redis's own, so the clocks of the gateways do not matter. Of what is
    /// left no more than a part is leased, so that the last requests of a limit are given out one by one.
    /// </summary>
    private const string Script =
        """
        local now = tonumber(redis.call('TIME')[1])
        local ring, share = 62, 32
        local slot = tostring(now % ring)
        local states, answer, violated = {}, {}, 0
        for i, key in ipairs(KEYS) do
            local limit, burst, price = tonumber(ARGV[4 * i - 3]), tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1])
            local held = redis.call('HMGET', key, 't', 's', 'b', slot)
            local sum, last, used, here = tonumber(held[1] or 0), tonumber(held[2] or now), tonumber(held[3] or 0), tonumber(held[4] or 0)
            if now > last then
                local names = {}
                for second = now - math.min(now - last, ring) + 1, now do names[#names + 1] = tostring(second % ring) end
                for _, taken in ipairs(redis.call('HMGET', key, unpack(names))) do sum = sum - tonumber(taken or 0) end
                redis.call('HDEL', key, unpack(names))
                redis.call('HSET', key, 's', now, 't', sum)
                here = 0
            end
            local fits = sum + price <= limit
            if not fits and used + price > burst then violated = violated + 2 ^ (i - 1) end
            states[i] = { fits, price, sum, used, here }
        end
        for i, key in ipairs(KEYS) do
            local limit, lease = tonumber(ARGV[4 * i - 3]), 0
            local fits, price, sum, used, here = unpack(states[i])
            if violated == 0 then
                if fits then
                    lease = math.min(tonumber(ARGV[4 * i]), math.floor((limit - sum - price) / share))
                    sum = sum + price + lease
                    redis.call('HSET', key, 't', sum, 's', now, slot, here + price + lease)
                else
                    redis.call('HSET', key, 's', now, 'b', used + price)
                end
                redis.call('EXPIRE', key, ring)
            end
            local wait = 60
            if limit - sum < price and sum > 0 then
                local names = {}
                for second = now - ring + 1, now do names[#names + 1] = tostring(second % ring) end
                local missing, seconds = price - (limit - sum), redis.call('HMGET', key, unpack(names))
                for index, taken in ipairs(seconds) do
                    missing = missing - tonumber(taken or 0)
                    if missing <= 0 then wait = index break end
                end
            end
            answer[#answer + 1] = lease
            answer[#answer + 1] = math.max(limit - sum, 0)
            answer[#answer + 1] = math.max(wait, 1)
        end
        answer[#answer + 1] = violated
        return answer
        """;

    private const int Asked = 4;
    private const int Answered = 3;

    /// <summary>Takes from the leases alone.</summary>
    /// <returns>False when one of them does not suffice; then nothing was taken.</returns>
    public static bool TryTakeLeased(BucketSet set, int cost, out LimitState state)
    {
        var (remaining, resets) = (new int[set.Buckets.Length], new int[set.Buckets.Length]);
        Span<long> paidFrom = stackalloc long[set.Buckets.Length];
        for (var i = 0; i < remaining.Length; i++)
        {
            if (!set.Leases[i].TryTake(set.Buckets[i].PriceOf(cost), out paidFrom[i], out remaining[i], out resets[i]))
            {
                while (--i >= 0)
                {
                    set.Leases[i].GiveBack(set.Buckets[i].PriceOf(cost), paidFrom[i]);
                }

                state = default;
                return false;
            }
        }

        state = new LimitState(set, remaining, resets, 0);
        return true;
    }

    public async Task<LimitState> TakeAsync(BucketSet set, int cost)
    {
        var count = set.Buckets.Length;
        var (arguments, asked) = (new RedisValue[Asked * count], new int?[count]);
        for (var i = 0; i < count; i++)
        {
            asked[i] = set.Leases[i].StartAsking();
            arguments[Asked * i] = set.Buckets[i].Requests;
            arguments[(Asked * i) + 1] = set.Buckets[i].Burst;
            arguments[(Asked * i) + 2] = set.Buckets[i].PriceOf(cost);
            arguments[(Asked * i) + 3] = asked[i] ?? 0;
        }

        var askedAt = clock.GetTimestamp();
        RedisValue[]? answer = null;
        try
        {
            answer = (RedisValue[])(await redis.GetDatabase().ScriptEvaluateAsync(Script, set.Keys, arguments))!;
        }
        finally
        {
            for (var i = 0; answer is null && i < count; i++)
            {
                if (asked[i] is not null)
                {
                    set.Leases[i].Forget();
                }
            }
        }

        var (remaining, resets) = (new int[count], new int[count]);
        for (var i = 0; i < count; i++)
        {
            var (leased, left) = ((int)answer[Answered * i], (int)answer[(Answered * i) + 1]);
            (remaining[i], resets[i]) = (left + leased, (int)answer[(Answered * i) + 2]);
            set.Leases[i].Answer(asked[i] is not null, askedAt, leased, left, resets[i]);
        }

        return new LimitState(set, remaining, resets, (int)answer[^1]);
    }
}
