using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Events.Data;
using OnePlatform.Events.Webhooks;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Retention;

/// <summary>
/// Removes what is older than its group keeps, in small transactions that take no lock a writer needs, and tells each group's log
/// how much went. Positions of what stays do not change.
/// </summary>
internal sealed partial class PurgeOldEvents(
    NpgsqlDataSource dataSource, OutboxSignal signal, IOptions<WebhookOptions> webhooks, TimeProvider clock, ILogger<PurgeOldEvents> logger)
    : BackgroundService
{
    public const string Purged = "events_purged";
    private const int BatchSize = 2000;
    // Any number will do, as long as every instance uses the same.
    private const long LockId = 0x7075_7267_65;

    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    private const string Due =
        """
        select p.group_id, $1 - make_interval(days => coalesce(r.days, (t.limits ->> 'EventDays')::int)) as before
        from group_positions p left join event_retention r on r.group_id = p.group_id left join group_tree t on t.id = p.group_id
        where coalesce(r.days, (t.limits ->> 'EventDays')::int) is not null and not coalesce(r.legal_hold, false)
        """;

    // The oldest positions first, off the index: they are also the first recorded. What was counted is taken off the counts.
    private const string Remove =
        """
        with removed as (
            delete from events where id = any (array(
                select f.id from (select id, recorded_at from events where group_id = $1 order by position limit $3) f where f.recorded_at < $2))
                and not exists (select from event_retention r where r.group_id = $1 and r.legal_hold)
            returning occurred_at, type),
        sums as (select date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00Z') as slot, type, count(*) as n from removed group by 1, 2),
        less as (
            update event_counts c set count = c.count - s.n from sums s where c.group_id = $1 and c.slot = s.slot and c.type = s.type)
        select count(*) from removed
        """;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        try
        {
            do
            {
                try
                {
                    await PurgeAsync(stoppingToken);
                }
                catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
                {
                    LogFailed(exception);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is removed by the next run.
        }
    }

    /// <returns>How many events went.</returns>
    internal async Task<long> PurgeAsync(CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var connection = await dataSource.OpenTenantConnectionAsync(scope, cancellationToken);
        if (!await IsFirstAsync(connection, cancellationToken))
        {
            return 0;
        }

        try
        {
            var total = 0L;
            foreach (var (group, before) in await DueAsync(connection, cancellationToken))
            {
                total += await PurgeAsync(connection, group, before, cancellationToken);
            }

            await ForgetDeliveriesAsync(connection, cancellationToken);
            return total;
        }
        finally
        {
            await using var unlock = new NpgsqlCommand($"select pg_advisory_unlock({LockId})", connection);
            await unlock.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> IsFirstAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select pg_try_advisory_lock({LockId})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<List<(Guid Group, DateTimeOffset Before)>> DueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var due = new List<(Guid, DateTimeOffset)>();
        await using var command = new NpgsqlCommand(Due, connection) { Parameters = { new() { Value = clock.GetUtcNow() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add((reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1)));
        }

        return due;
    }

    private async Task<long> PurgeAsync(NpgsqlConnection connection, Guid group, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var total = 0L;
        long removed;
        do
        {
            await using var command = new NpgsqlCommand(Remove, connection)
            {
                Parameters = { new() { Value = group }, new() { Value = before }, new() { Value = BatchSize } },
            };
            removed = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            total += removed;
        }
        while (removed == BatchSize);

        if (total > 0)
        {
            await TellAsync(connection, group, before, total, cancellationToken);
            LogPurged(total, group);
        }

        return total;
    }

    private async Task TellAsync(NpgsqlConnection connection, Guid group, DateTimeOffset before, long count, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var line = new LogLine(
            Guid.CreateVersion7(now), group, Purged, now, group, "group",
            JsonSerializer.SerializeToElement(new { EntityType = "event", Count = count, Before = before }, ApiJson.Options));
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from event_counts where group_id = $1 and count <= 0") { Parameters = { new() { Value = group } } });
        batch.BatchCommands.Add(OutboxRow.InsertOf(new ActivityLogged(Guid.CreateVersion7(now), now, EventOrigin.System, [line])));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        signal.Wake();
    }

    private async Task ForgetDeliveriesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from webhook_deliveries where status <> 'pending' and created_at < $1", connection)
        {
            Parameters = { new() { Value = clock.GetUtcNow() - webhooks.Value.KeepDeliveries } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Count} events of group {Group} were older than it keeps, and were removed.")]
    private partial void LogPurged(long count, Guid group);

    [LoggerMessage(LogLevel.Error, "Old events could not be removed; the next run goes on with it.")]
    private partial void LogFailed(Exception exception);
}
