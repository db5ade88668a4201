using Npgsql;
using NpgsqlTypes;
using OnePlatform.Events.Data;
using OnePlatform.Events.Sequencing;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Recording;

/// <summary>Where lines are committed before they have a position.</summary>
internal sealed class IncomingTable(NpgsqlDataSource dataSource)
{
    // One array per column, sent in binary. COPY would be the other way to write this many rows at once, but it neither skips
    // what is there already nor writes to a table with row-level security.
    private const string Insert =
        $"""
        insert into incoming ({LogTables.Columns})
        select * from unnest(
            $1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::bigint[],
            $11::timestamptz[], $12::timestamptz[], $13::jsonb[], $14::jsonb[], $15::text[], $16::text[], $17::text[], $18::text[])
        on conflict (id) do nothing
        """;

    /// <summary>Stores all or none; what is there already stays as it is.</summary>
    public async Task AddAsync(IReadOnlyList<LogEntry> entries, CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                Column(entries, e => e.Id, NpgsqlDbType.Uuid),
                Column(entries, e => e.GroupId, NpgsqlDbType.Uuid),
                Column(entries, e => e.Type, NpgsqlDbType.Text),
                Column(entries, e => e.Source, NpgsqlDbType.Text),
                Column(entries, e => e.Origin.ActorKind, NpgsqlDbType.Text),
                Column(entries, e => e.Origin.ActorId, NpgsqlDbType.Uuid),
                Column(entries, e => e.Origin.OnBehalfOf, NpgsqlDbType.Uuid),
                Column(entries, e => e.TargetId, NpgsqlDbType.Uuid),
                Column(entries, e => e.TargetKind, NpgsqlDbType.Text),
                Column(entries, e => e.TargetVersion, NpgsqlDbType.Bigint),
                Column(entries, e => e.OccurredAt, NpgsqlDbType.TimestampTz),
                Column(entries, e => e.RecordedAt, NpgsqlDbType.TimestampTz),
                Column(entries, e => e.Metadata, NpgsqlDbType.Jsonb),
                Column(entries, e => e.Changes, NpgsqlDbType.Jsonb),
                Column(entries, e => e.Origin.RequestId, NpgsqlDbType.Text),
                Column(entries, e => e.Origin.TraceId, NpgsqlDbType.Text),
                Column(entries, e => e.Origin.Ip, NpgsqlDbType.Text),
                Column(entries, e => e.Origin.UserAgent, NpgsqlDbType.Text),
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"notify {LogChannels.Waiting}"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Column<T>(IReadOnlyList<LogEntry> entries, Func<LogEntry, T> read, NpgsqlDbType type)
    {
        var values = new T[entries.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(entries[i]);
        }

        return new NpgsqlParameter { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
    }
}
