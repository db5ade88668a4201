using System.Globalization;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Identity.Usage;

/// <summary>
/// Tells what the gateways counted in Redis, now and then. The counts there only grow through a day, so telling one twice, or by two
/// instances, changes nothing.
/// </summary>
internal sealed partial class TellCalls(
    IConnectionMultiplexer redis, NpgsqlDataSource dataSource, OutboxSignal outbox, TimeProvider clock, ILogger<TellCalls> logger) : BackgroundService
{
    private const int LinesOfOne = 500;
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(DateOnly Day, Guid Group, Guid Key), long> _told = [];

    public static RedisKey KeyOf(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"gateway:usage:{day:yyyyMMdd}");

    public async Task TellAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        foreach (var old in _told.Keys.Where(told => told.Day < today.AddDays(-1)).ToList())
        {
            _told.Remove(old);
        }

        // What was counted just before midnight arrives just after it.
        foreach (var day in new[] { today.AddDays(-1), today })
        {
            foreach (var part in (await ReadAsync(day)).Chunk(LinesOfOne))
            {
                await TellAsync(part, cancellationToken);
            }
        }
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

    /// <returns>What was not told yet.</returns>
    private async Task<List<UsageLine>> ReadAsync(DateOnly day)
    {
        var lines = new List<UsageLine>();
        foreach (var entry in await redis.GetDatabase().HashGetAllAsync(KeyOf(day)))
        {
            var parts = entry.Name.ToString().Split(':');
            if (parts.Length == 2 && Guid.TryParse(parts[0], out var group) && Guid.TryParse(parts[1], out var key)
                && entry.Value.TryParse(out long calls) && _told.GetValueOrDefault((day, group, key)) < calls)
            {
                lines.Add(new UsageLine(group, UsageMetrics.Calls, day, key == Guid.Empty ? null : key, calls));
            }
        }

        return lines;
    }

    private async Task TellAsync(UsageLine[] lines, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(OutboxMessage.InsertOf(new UsageMeasured(Guid.CreateVersion7(now), now, "gateway", lines)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Wake();
        foreach (var line in lines)
        {
            _told[(line.Day, line.GroupId, line.KeyId ?? Guid.Empty)] = line.Amount;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The calls of keys could not be told; the next time takes them along.")]
    private partial void LogLater(Exception exception);
}
