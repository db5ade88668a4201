using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Webhooks;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Retention;

/// <summary>
/// Removes what is older than its group keeps, archived before where a folder is set: whole months that nobody keeps at once, the
/// rest in small transactions that take no lock a writer needs. Tells each group's log how much went. Positions of what stays do not change.
/// </summary>
internal sealed partial class PurgeOldEvents(
    TenantSessions sessions, DropOldMonths months, EventArchive archive, OutboxSignal signal, RetentionMetrics metrics, IOptions<RetentionOptions> options,
    IOptions<WebhookOptions> webhooks, TimeProvider clock, ILogger<PurgeOldEvents> logger)
    : PeriodicWork(options.Value.Interval, "Old events were not all removed", clock, logger, atOnce: true)
{
    private const long LockId = 0x7075_7267_65;

    public override Task RoundAsync(CancellationToken cancellationToken) => PurgeAsync(cancellationToken);

    /// <returns>How many events went; null when somebody else is at it.</returns>
    internal async Task<long?> PurgeAsync(CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var turn = await SessionLock.TryTakeAsync(sessions, scope, LockId, cancellationToken);
        if (turn is null)
        {
            return null;
        }

        var pace = new Pace(options.Value.Share, Clock);
        var due = await DueAsync(turn.Connection, cancellationToken);
        var total = await months.RunAsync(turn.Connection, due, Clock.GetUtcNow(), pace, cancellationToken);
        foreach (var (group, before) in due)
        {
            total += await PurgeAsync(turn.Connection, group, before, pace, cancellationToken);
        }

        signal.Wake();
        await ForgetDeliveriesAsync(turn.Connection, cancellationToken);
        return total;
    }

    private async Task<Dictionary<Guid, DateTimeOffset>> DueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var due = new Dictionary<Guid, DateTimeOffset>();
        await using var command = new NpgsqlCommand(RetentionSql.Due, connection) { Parameters = { new() { Value = Clock.GetUtcNow() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            due.Add(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1));
        }

        return due;
    }

    private async Task<long> PurgeAsync(NpgsqlConnection connection, Guid group, DateTimeOffset before, Pace pace, CancellationToken cancellationToken)
    {
        var (total, done) = (0L, 0L);
        var archives = new List<ArchivedFile>();
        while (await OldestAsync(connection, group, before, done, cancellationToken) is { } range)
        {
            done = range.Last;
            if (archive.IsOn && await archive.WriteAsync(group, ReadAsync(connection, group, before, range, cancellationToken), cancellationToken) is { } file)
            {
                archives.Add(file);
            }

            await pace.RestAsync(cancellationToken);
            var removed = await RemoveAsync(connection, group, before, range, pace, cancellationToken);
            total += removed;
            if (removed == 0)
            {
                // Somebody has put the group under hold.
                break;
            }
        }

        if (total > 0)
        {
            await TellAsync(connection, group, before, total, archives, cancellationToken);
            metrics.Purged(total, "rows");
            LogPurged(Logger, total, group);
        }

        return total;
    }

    private async Task<(long First, long Last)?> OldestAsync(
        NpgsqlConnection connection, Guid group, DateTimeOffset before, long after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RetentionSql.Oldest, connection)
        {
            Parameters = { new() { Value = group }, new() { Value = before }, new() { Value = options.Value.FileSize }, new() { Value = after } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.IsDBNull(0) ? null : (reader.GetInt64(0), reader.GetInt64(1));
    }

    private static async IAsyncEnumerable<EventResponse> ReadAsync(
        NpgsqlConnection connection, Guid group, DateTimeOffset before, (long First, long Last) range,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RetentionSql.Range, connection)
        {
            Parameters = { new() { Value = group }, new() { Value = before }, new() { Value = range.First }, new() { Value = range.Last } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return EventRow.Read(reader);
        }
    }

    private async Task<long> RemoveAsync(
        NpgsqlConnection connection, Guid group, DateTimeOffset before, (long First, long Last) range, Pace pace, CancellationToken cancellationToken)
    {
        var total = 0L;
        // By positions, which have no gaps: at most a batch lies between two of them.
        for (var first = range.First; first <= range.Last; first += options.Value.BatchSize)
        {
            await using var command = new NpgsqlCommand(RetentionSql.Remove, connection)
            {
                Parameters =
                {
                    new() { Value = group }, new() { Value = before }, new() { Value = first },
                    new() { Value = Math.Min(range.Last, first + options.Value.BatchSize - 1) },
                },
            };
            total += (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            await pace.RestAsync(cancellationToken);
        }

        return total;
    }

    private async Task TellAsync(
        NpgsqlConnection connection, Guid group, DateTimeOffset before, long count, IReadOnlyList<ArchivedFile> archives, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from event_counts where group_id = $1 and count <= 0") { Parameters = { new() { Value = group } } });
        batch.BatchCommands.Add(OutboxMessage.InsertOf(PurgedEvents.Of(group, count, before, archives, Clock.GetUtcNow())));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task ForgetDeliveriesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from webhook_deliveries where status <> 'pending' and created_at < $1", connection)
        {
            Parameters = { new() { Value = Clock.GetUtcNow() - webhooks.Value.KeepDeliveries } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Count} events of group {Group} were older than it keeps, and were removed.")]
    private static partial void LogPurged(ILogger logger, long count, Guid group);

    protected override void CountFailure() => metrics.Failed();
}
