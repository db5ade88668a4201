using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace OnePlatform.Identity.Attempts;

/// <summary>
/// Counts attempts in fixed windows, in Redis for all instances at once. While Redis is away each instance counts for itself:
/// guessing then gets as many tries as there are instances, and nobody is locked out by an outage.
/// </summary>
internal sealed partial class AttemptLimiter(IConnectionMultiplexer redis, LocalAttempts local, ILogger<AttemptLimiter> logger)
{
    // Atomic, so that attempts at the same moment cannot all see the last free place.
    private const string Take =
        """
        local count = redis.call('incr', KEYS[1])
        if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
        if count > tonumber(ARGV[2]) then
            redis.call('decr', KEYS[1])
            return redis.call('pttl', KEYS[1])
        end
        return -1
        """;

    private const string GiveBack = "if tonumber(redis.call('get', KEYS[1]) or '0') > 0 then redis.call('decr', KEYS[1]) end return 0";

    /// <returns>Null when the attempt may go on, else how long to wait.</returns>
    public async Task<TimeSpan?> TakeAsync(AttemptRule rule, string purpose, string subject)
    {
        var key = KeyOf(purpose, subject);
        try
        {
            var wait = (long)await redis.GetDatabase().ScriptEvaluateAsync(
                Take, [key], [(long)rule.Window.TotalMilliseconds, rule.Limit]);
            return wait < 0 ? null : TimeSpan.FromMilliseconds(Math.Max(1, wait));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogLocal(exception.Message);
            return local.Take(rule, key);
        }
    }

    /// <summary>Whether an attempt may go on, without counting it. For what counts failures only: look before and after, take on failure.</summary>
    /// <returns>For each, null when it may, else how long to wait.</returns>
    public async Task<IReadOnlyList<TimeSpan?>> LookAsync(params (AttemptRule Rule, string Purpose, string Subject)[] asked)
    {
        var keys = Array.ConvertAll(asked, a => KeyOf(a.Purpose, a.Subject));
        try
        {
            var counts = await redis.GetDatabase().StringGetAsync(Array.ConvertAll(keys, k => (RedisKey)k));
            return await Task.WhenAll(asked.Select((a, i) => (long?)counts[i] >= a.Rule.Limit ? LeftAsync(keys[i]) : Task.FromResult<TimeSpan?>(null)));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogLocal(exception.Message);
            return [.. asked.Select((a, i) => local.Look(a.Rule, keys[i]))];
        }
    }

    /// <summary>Takes back what <see cref="TakeAsync"/> counted.</summary>
    public async Task GiveBackAsync(string purpose, string subject)
    {
        var key = KeyOf(purpose, subject);
        try
        {
            await redis.GetDatabase().ScriptEvaluateAsync(GiveBack, [key]);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogLocal(exception.Message);
            local.GiveBack(key);
        }
    }

    private async Task<TimeSpan?> LeftAsync(string key) => await redis.GetDatabase().KeyTimeToLiveAsync(key);

    // Hashed: a key of Redis is no place for addresses, and a subject of any length makes a short key.
    private static string KeyOf(string purpose, string subject) => string.Create(
        CultureInfo.InvariantCulture, $"attempts:{purpose}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16))}");

    [LoggerMessage(LogLevel.Warning, "Redis is not available ({Reason}); attempts are counted in this process.")]
    private partial void LogLocal(string reason);
}
