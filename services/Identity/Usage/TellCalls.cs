using System.Globalization;
using OnePlatform.Contracts;
using OnePlatform.Tenancy;
using StackExchange.Redis;

namespace OnePlatform.Identity.Usage;

/// <summary>Tells what the gateways counted in Redis, now and then.</summary>
internal sealed partial class TellCalls(IConnectionMultiplexer redis, UsageTeller teller, TimeProvider clock, ILogger<TellCalls> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    public static RedisKey KeyOf(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"gateway:usage:{day:yyyyMMdd}");

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        // What was counted just before midnight arrives just after it.
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        await teller.TellAsync("gateway", [.. await ReadAsync(today.AddDays(-1)), .. await ReadAsync(today)], cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await TellAsync(CancellationToken.None);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogLater(exception);
            }
        }
    }

    private async Task<List<UsageLine>> ReadAsync(DateOnly day)
    {
        var lines = new List<UsageLine>();
        foreach (var entry in await redis.GetDatabase().HashGetAllAsync(KeyOf(day)))
        {
            var parts = entry.Name.ToString().Split(':');
            if (parts.Length == 2 && Guid.TryParse(parts[0], out var group) && Guid.TryParse(parts[1], out var key)
                && entry.Value.TryParse(out long calls))
            {
                lines.Add(new UsageLine(group, UsageMetrics.Calls, day, key == Guid.Empty ? null : key, calls));
            }
        }

        return lines;
    }

    [LoggerMessage(LogLevel.Warning, "The calls of keys could not be told; the next time takes them along.")]
    private partial void LogLater(Exception exception);
}
