using StackExchange.Redis;

namespace OnePlatform.Gateway.Idempotency;

/// <summary>What is known of a request that bears an Idempotency-Key.</summary>
internal abstract record Earlier
{
    private Earlier()
    {
    }

    /// <summary>It is the first, and it is now marked as begun.</summary>
    public sealed record None : Earlier;

    /// <summary>The key came with another request.</summary>
    public sealed record Other : Earlier;

    public sealed record UnderWay : Earlier;

    /// <summary>The gateway that forwarded it ended, or lost the service, before there was an answer: it may have acted.</summary>
    public sealed record Interrupted : Earlier;

    /// <summary>It has acted, but its answer was too large to keep.</summary>
    public sealed record NotKept : Earlier;

    public sealed record Answered(KeptAnswer Answer) : Earlier;
}

/// <summary>
/// In Redis, for a day, per key: the mark of the request, its state, and the locked answer. A mark is only ever made by the one
/// who begins and never taken over, so nothing acts twice; a second value that lapses tells whether that one still lives.
/// </summary>
internal sealed class KeptAnswers(IConnectionMultiplexer redis)
{
    public const int LargestBody = 1024 * 1024;
    private const int MarkSize = 32;
    private const byte Begun = 0;
    private const byte Done = 1;
    private const byte DoneWithoutAnswer = 2;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromHours(24);

    /// <summary>How long a gateway that says nothing counts as alive.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    // One step, or two gateways could both be first; the sign of life with it, or the second would take the first for dead.
    private const string Begin =
        """
        local held = redis.call('GET', KEYS[1])
        if held then return { held, redis.call('EXISTS', KEYS[2]) } end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        redis.call('SET', KEYS[2], 1, 'PX', ARGV[3])
        return false
        """;

    public async Task<Earlier> BeginAsync(RequestFingerprint request)
    {
        var mark = request.Mark();
        var answer = await redis.GetDatabase().ScriptEvaluateAsync(
            Begin,
            [RecordOf(request), LifeOf(request)],
            [(byte[])[.. mark, Begun], (long)s_lifetime.TotalMilliseconds, (long)Silence.TotalMilliseconds]);
        if (answer.IsNull)
        {
            return new Earlier.None();
        }

        var held = (byte[])answer[0]!;
        if (!held.AsSpan(0, MarkSize).SequenceEqual(mark))
        {
            return new Earlier.Other();
        }

        return held[MarkSize] switch
        {
            Done => new Earlier.Answered(KeptAnswer.Unlock(held.AsSpan(MarkSize + 1), request.Key())),
            DoneWithoutAnswer => new Earlier.NotKept(),
            _ => (int)answer[1] == 1 ? new Earlier.UnderWay() : new Earlier.Interrupted(),
        };
    }

    public Task ShowLifeAsync(RequestFingerprint request) => redis.GetDatabase().StringSetAsync(LifeOf(request), 1, Silence);

    /// <param name="answer">Null when it was too large.</param>
    public Task KeepAsync(RequestFingerprint request, KeptAnswer? answer) => redis.GetDatabase().StringSetAsync(
        RecordOf(request),
        answer is null ? (byte[])[.. request.Mark(), DoneWithoutAnswer] : [.. request.Mark(), Done, .. answer.Lock(request.Key())],
        s_lifetime);

    /// <summary>It did not act: the next one may.</summary>
    public Task ForgetAsync(RequestFingerprint request) => redis.GetDatabase().KeyDeleteAsync([RecordOf(request), LifeOf(request)]);

    public Task InterruptAsync(RequestFingerprint request) => redis.GetDatabase().KeyDeleteAsync(LifeOf(request));

    // Braces: in a cluster both stand on one node, as the script needs.
    private static RedisKey RecordOf(RequestFingerprint request) => $"gateway:idempotency:{{{request.Place}}}";

    private static RedisKey LifeOf(RequestFingerprint request) => $"gateway:idempotency:{{{request.Place}}}:life";
}
