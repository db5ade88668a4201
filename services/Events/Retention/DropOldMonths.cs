using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using OnePlatform.Events.Reading;
using OnePlatform.Messaging;

namespace OnePlatform.Events.Retention;

/// <summary>
/// Cuts off a month that is older than every group in it keeps, archives it and drops it whole, which costs little however many
/// events it holds. First it is cut off, in a moment for which writers wait at most the lock's time-out; then nobody writes to it,
/// what somebody keeps after all is put back, and what follows can be interrupted anywhere and is taken up by the next run.
/// </summary>
internal sealed partial class DropOldMonths(EventArchive archive, RetentionMetrics metrics, ILogger<DropOldMonths> logger)
{
    private const string Cut = "purged_";

    /// <returns>How many events went.</returns>
    public async Task<long> RunAsync(
        NpgsqlConnection connection, IReadOnlyDictionary<Guid, DateTimeOffset> due, DateTimeOffset now, Pace pace, CancellationToken cancellationToken)
    {
        var total = 0L;
        foreach (var name in await MonthsAsync(connection, cancellationToken))
        {
            if (name.StartsWith(Cut, StringComparison.Ordinal))
            {
                total += await FinishAsync(connection, name, due, now, cancellationToken);
            }
            else if (await IsOverAsync(connection, name, due, cancellationToken))
            {
                // Before nobody sees them any more, and again for those that came meanwhile.
                var (from, to) = BoundsOf(name);
                await NoteAsync(connection, RetentionSql.Month, cancellationToken, from, to);
                if (await CutOffAsync(connection, name, cancellationToken))
                {
                    total += await FinishAsync(connection, name.Replace("events_", Cut, StringComparison.Ordinal), due, now, cancellationToken);
                }
            }

            await pace.RestAsync(cancellationToken);
        }

        return total;
    }

    private static async Task<List<string>> MonthsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using var command = new NpgsqlCommand(RetentionSql.Months, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private static async Task<bool> IsOverAsync(
        NpgsqlConnection connection, string name, IReadOnlyDictionary<Guid, DateTimeOffset> due, CancellationToken cancellationToken)
    {
        var (from, to) = BoundsOf(name);
        if (due.Count == 0 || due.Values.Max() < to)
        {
            return false;
        }

        await using (var kept = new NpgsqlCommand(RetentionSql.KeptByOthers, connection)
        {
            Parameters = { new() { Value = due.Keys.ToArray() }, new() { Value = from }, new() { Value = to } },
        })
        {
            if ((bool)(await kept.ExecuteScalarAsync(cancellationToken))!)
            {
                return false;
            }
        }

        await using var last = new NpgsqlCommand(RetentionSql.LastOfMonth, connection) { Parameters = { new() { Value = from }, new() { Value = to } } };
        await using var reader = await last.ExecuteReaderAsync(cancellationToken);
        var any = false;
        while (await reader.ReadAsync(cancellationToken))
        {
            any = true;
            if (!due.TryGetValue(reader.GetGuid(0), out var before) || reader.GetFieldValue<DateTimeOffset>(1) >= before)
            {
                return false;
            }
        }

        return any;
    }

    private static (DateTimeOffset From, DateTimeOffset To) BoundsOf(string month)
    {
        var from = new DateTimeOffset(DateTime.ParseExact(month["events_".Length..], "yyyy_MM", CultureInfo.InvariantCulture), TimeSpan.Zero);
        return (from, from.AddMonths(1));
    }

    /// <returns>False when somebody held the log for so long that writers would have had to wait; the next run tries again.</returns>
    private static async Task<bool> CutOffAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select cut_off_events($1)", connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<long> FinishAsync(
        NpgsqlConnection connection, string name, IReadOnlyDictionary<Guid, DateTimeOffset> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await PutBackAsync(connection, name, due, cancellationToken);
        await NoteAsync(connection, name, cancellationToken);
        var told = new List<NpgsqlBatchCommand>();
        var total = 0L;
        foreach (var (group, count) in await CountAsync(connection, name, cancellationToken))
        {
            var file = archive.IsOn ? await archive.WriteAsync(group, ReadAsync(connection, name, group, cancellationToken), cancellationToken) : null;
            if (archive.IsOn && file?.Count != count)
            {
                throw new InvalidDataException($"{name} has {count} events of group {group}, and {file?.Count ?? 0} were archived.");
            }

            told.Add(OutboxMessage.InsertOf(PurgedEvents.Of(group, count, due[group], file is null ? [] : [file], now)));
            total += count;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             update event_counts c set count = c.count - s.n
             from (select group_id, date_bin('15 minutes', occurred_at, timestamptz '2000-01-01 00:00Z') as slot, type, count(*) as n
                   from {name} group by 1, 2, 3) s
             where c.group_id = s.group_id and c.slot = s.slot and c.type = s.type
             """));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from event_counts where group_id = any ($1) and count <= 0")
        {
            Parameters = { new() { Value = due.Keys.ToArray() } },
        });
        told.ForEach(batch.BatchCommands.Add);
        // Fails, and with it all of this, where somebody has put a hold on a group in it since.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select drop_events($1)") { Parameters = { new() { Value = name } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        metrics.Purged(total, "month");
        LogDropped(name, total);
        return total;
    }

    private static async Task NoteAsync(NpgsqlConnection connection, string events, CancellationToken cancellationToken, params DateTimeOffset[] bounds)
    {
        await using var command = new NpgsqlCommand(RetentionSql.Note(events), connection);
        command.Parameters.AddRange(Array.ConvertAll(bounds, bound => new NpgsqlParameter { Value = bound }));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Events that came late to an old month, and those of groups that keep more than they did when it was cut off.</summary>
    private static async Task PutBackAsync(
        NpgsqlConnection connection, string name, IReadOnlyDictionary<Guid, DateTimeOffset> due, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             with back as (
                 delete from {name} e where not exists (
                     select from unnest($1, $2) d(id, before) where d.id = e.group_id and e.recorded_at < d.before) returning e.*),
             here as (insert into events select * from back on conflict (id) do nothing)
             update event_trees t set removed = t.removed - b.positions
             from (select group_id, range_agg(int8range(position, position, '[]')) as positions from back group by group_id) b
             where t.group_id = b.group_id
             """, connection)
        { Parameters = { new() { Value = due.Keys.ToArray() }, new() { Value = due.Values.ToArray() } } };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<List<(Guid Group, long Count)>> CountAsync(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var counts = new List<(Guid, long)>();
        await using var command = new NpgsqlCommand($"select group_id, count(*) from {name} group by group_id order by group_id", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add((reader.GetGuid(0), reader.GetInt64(1)));
        }

        return counts;
    }

    private static async IAsyncEnumerable<EventResponse> ReadAsync(
        NpgsqlConnection connection, string name, Guid group, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {EventRow.Columns} from {name} e where e.group_id = $1 order by e.position", connection)
        {
            Parameters = { new() { Value = group } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return EventRow.Read(reader);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Name}: all {Count} events were older than anybody keeps, and were dropped.")]
    private partial void LogDropped(string name, long count);
}
