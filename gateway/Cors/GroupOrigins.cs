using System.Collections.Concurrent;
using OnePlatform.Ontology.Contracts;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Cors;

/// <summary>
/// The origins that groups allow, as their changes told. A preflight carries no credential, so it can only be asked whether any
/// group allows the origin; whether this group does is asked again with the request itself.
/// </summary>
internal sealed partial class GroupOrigins(IConnectionMultiplexer redis, ILogger<GroupOrigins> logger) : BackgroundService
{
    private const string Key = "gateway:origins";
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, string[]> _byGroup = new(StringComparer.Ordinal);

    public bool AnyAllows(string origin) => _byGroup.Values.Any(origins => origins.Contains(origin, StringComparer.OrdinalIgnoreCase));

    public async Task KeepAsync(IReadOnlyList<GroupSnapshot> groups)
    {
        foreach (var group in groups)
        {
            _byGroup[group.Id.ToString()] = [.. group.CorsOrigins];
        }

        try
        {
            await redis.GetDatabase().HashSetAsync(Key, [.. groups.Select(g => new HashEntry(g.Id.ToString(), string.Join(' ', g.CorsOrigins)))]);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval);
        do
        {
            try
            {
                foreach (var entry in await redis.GetDatabase().HashGetAllAsync(Key))
                {
                    _byGroup[entry.Name.ToString()] = entry.Value.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
                }
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                LogAway(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(LogLevel.Warning, "The origins that groups allow cannot be shared through Redis.")]
    private partial void LogAway(Exception exception);
}
