using System.Collections.Concurrent;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Sessions that ended before their access tokens did; asked only while Identity, who knows, is away.</summary>
internal sealed partial class DeniedSessions(IConnectionMultiplexer redis, TimeProvider clock, ILogger<DeniedSessions> logger)
{
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _until = new();

    public async Task AddAsync(IReadOnlyList<Guid> sessions, DateTimeOffset until)
    {
        var now = clock.GetUtcNow();
        foreach (var (session, end) in _until)
        {
            if (end < now)
            {
                _until.TryRemove(session, out _);
            }
        }

        if (until <= now)
        {
            return;
        }

        foreach (var session in sessions)
        {
            _until[session] = until;
        }

        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(sessions.Select(session => database.StringSetAsync(KeyOf(session), 1, until - now)));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(exception);
        }
    }

    public async Task<bool> ContainsAsync(Guid session)
    {
        if (_until.TryGetValue(session, out var until) && until > clock.GetUtcNow())
        {
            return true;
        }

        try
        {
            return await redis.GetDatabase().KeyExistsAsync(KeyOf(session));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(exception);
            return false;
        }
    }

    private static RedisKey KeyOf(Guid session) => $"gateway:denied:{session:N}";

    [LoggerMessage(LogLevel.Warning, "Ended sessions cannot be shared through Redis.")]
    private partial void LogAway(Exception exception);
}
