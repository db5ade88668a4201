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

    private const string Look = "if tonumber(redis.call('get', KEYS[1]) or '0') >= tonumber(ARGV[1]) then return redis.call('pttl', KEYS[1]) end return -1";

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
    /// <returns>Null when it may, else how long to wait.</returns>
    public async Task<TimeSpan?> LookAsync(AttemptRule rule, string purpose, string subject)
    {
        var key = KeyOf(purpose, subject);
        try
        {
            var wait = (long)await redis.GetDatabase().ScriptEvaluateAsync(Look, [key], [rule.Limit]);
            return wait < 0 ? null : TimeSpan.FromMilliseconds(Math.Max(1, wait));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogLocal(exception.Message);
            return local.Look(rule, key);
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

    // Hashed: a key of Redis is no place for addresses, and a subject of any length makes a short key.
    private static string KeyOf(string purpose, string subject) => string.Create(
        CultureInfo.InvariantCulture, $"attempts:{purpose}:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16))}");

    [LoggerMessage(LogLevel.Warning, "Redis is not available ({Reason}); attempts are counted in this process.")]
    private partial void LogLocal(string reason);
}
