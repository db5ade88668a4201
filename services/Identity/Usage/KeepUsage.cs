using System.Globalization;
using Npgsql;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Identity.Usage;

/// <summary>
/// Brings what the gateways counted in Redis into the database, now and then. The counts there only grow through a day, so writing
/// one twice, or by two instances, changes nothing.
/// </summary>
internal sealed partial class KeepUsage(IConnectionMultiplexer redis, NpgsqlDataSource dataSource, TimeProvider clock, ILogger<KeepUsage> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(5);

    private const string Upsert =
        """
        insert into usage_days (group_id, day, key_id, calls) select * from unnest($1, $2, $3, $4)
        on conflict (group_id, day, key_id) do update set calls = greatest(usage_days.calls, excluded.calls) where usage_days.calls < excluded.calls
        """;

    private readonly Dictionary<(DateOnly Day, string Field), long> _written = [];

    public static RedisKey KeyOf(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"gateway:usage:{day:yyyyMMdd}");

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        foreach (var (day, _) in _written.Keys.Where(written => written.Day < today.AddDays(-1)).ToList())
        {
            foreach (var key in _written.Keys.Where(written => written.Day == day).ToList())
            {
                _written.Remove(key);
            }
        }

        // What was counted just before midnight arrives just after it.
        foreach (var day in new[] { today.AddDays(-1), today })
        {
            await WriteAsync(day, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await WriteAsync(CancellationToken.None);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogLater(exception);
            }
        }
    }

    private async Task WriteAsync(DateOnly day, CancellationToken cancellationToken)
    {
        var changed = new List<(string Field, Guid Group, Guid Key, long Calls)>();
        foreach (var entry in await redis.GetDatabase().HashGetAllAsync(KeyOf(day)))
        {
            var field = entry.Name.ToString();
            var parts = field.Split(':');
            if (parts.Length == 2 && Guid.TryParse(parts[0], out var group) && Guid.TryParse(parts[1], out var key)
                && entry.Value.TryParse(out long calls) && _written.GetValueOrDefault((day, field)) < calls)
            {
                changed.Add((field, group, key, calls));
            }
        }

        if (changed.Count == 0)
        {
            return;
        }

        // Groups of all tenants at once, in one order everywhere.
        changed.Sort((one, other) => (one.Group, one.Key).CompareTo((other.Group, other.Key)));
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Upsert)
        {
            Parameters =
            {
                new() { Value = changed.Select(c => c.Group).ToArray() },
                new() { Value = changed.Select(_ => day).ToArray() },
                new() { Value = changed.Select(c => c.Key).ToArray() },
                new() { Value = changed.Select(c => c.Calls).ToArray() },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        foreach (var (field, _, _, calls) in changed)
        {
            _written[(day, field)] = calls;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The calls of keys could not be written; the next time takes them along.")]
    private partial void LogLater(Exception exception);
}
