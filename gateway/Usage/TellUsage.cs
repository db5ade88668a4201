using System.Globalization;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Usage;

/// <summary>Adds up in Redis what this instance counted, each second and at the end; Identity writes it down from there.</summary>
internal sealed partial class TellUsage(
    IConnectionMultiplexer redis, CallCounts counts, MonthlyCalls monthly, TimeProvider clock, ILogger<TellUsage> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await TellAsync();
        }

        // The round that was just open, and the one before it.
        await TellAsync();
        await TellAsync();
    }

    private async Task TellAsync()
    {
        var calls = counts.Take();
        try
        {
            if (calls.Count > 0)
            {
                RedisKey key = string.Create(CultureInfo.InvariantCulture, $"gateway:usage:{clock.GetUtcNow():yyyyMMdd}");
                // All or nothing: what is given back must not be counted already.
                var writing = redis.GetDatabase().CreateTransaction();
                foreach (var (owner, count) in calls)
                {
                    _ = writing.HashIncrementAsync(key, $"{owner.Group:N}:{owner.Key ?? Guid.Empty:N}", count);
                }

                _ = writing.KeyExpireAsync(key, s_kept);
                await writing.ExecuteAsync();
                calls = [];
            }

            await monthly.TellAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            counts.GiveBack(calls);
            LogAway(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Calls cannot be counted in Redis; the next round takes them along.")]
    private partial void LogAway(Exception exception);
}
