using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Types;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Connections;

internal sealed class ConnectionStore(
    NpgsqlDataSource dataSource, TenantScope scope, ConnectionRules rules, QuotaGate quotas, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    // The ends are locked against being archived until the connection is there, which the archiving then takes along.
    private const string Insert =
        $"""
         with ends as (
             select f.type as from_type, t.type as to_type
             from things f join things t on t.id = @to_id and t.group_id = @group_id and t.archived_at is null
             where f.id = @from_id and f.group_id = @group_id and f.archived_at is null
             for share of f, t),
         done as (
             insert into connections (id, group_id, from_id, to_id, type, metadata, strength, valid_from, valid_to, created_by, version, created_at, updated_at)
             select @id, @group_id, @from_id, @to_id, @type, @metadata, @strength, @valid_from, @valid_to, @created_by, 1, @now, @now
             from ends join groups g on g.id = @group_id and g.status = 'active'
             where (not @strict_ends or ((from_type = any(@from_types) or '*' = any(@from_types)) and (to_type = any(@to_types) or '*' = any(@to_types))))
                 and (not @acyclic or not connection_leads_to(@group_id, @type, @to_id, @from_id))
                 and (not @one_to or not exists (select from connections c where c.group_id = @group_id and c.from_id = @from_id and c.type = @type and c.archived_at is null))
                 and (not @one_from or not exists (select from connections c where c.group_id = @group_id and c.to_id = @to_id and c.type = @type and c.archived_at is null))
             returning id)
         {OutboxWriting.ForEachDone}
         """;

    public async Task<ConnectionResponse?> FindAsync(Caller caller, Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select {ConnectionRow.Columns} from connections c
             where c.id = $1 and c.group_id = $2 and c.archived_at is null and {ConnectionRow.SightOf(caller)}
             """)
        { Parameters = { new() { Value = id }, new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ConnectionRow.Read(reader, clock.GetUtcNow()) : null;
    }

    public async Task<(ConnectionResponse? Connection, ProblemHttpResult? Problem)> CreateAsync(
        Caller caller, Guid groupId, CreateConnectionRequest request, CancellationToken cancellationToken)
    {
        var faults = rules.Check(request, out var type);
        if (faults.Count > 0)
        {
            return (null, Problems.Invalid(faults));
        }

        var now = clock.GetUtcNow();
        var connection = new ConnectionResponse(
            Guid.CreateVersion7(now), groupId, request.FromId, request.ToId, type!.Name, request.Metadata ?? ConnectionRules.NoMetadata, request.Strength,
            request.ValidFrom, request.ValidTo, ConnectionRow.StateAt(now, request.ValidFrom, request.ValidTo), caller.Id, Version: 1, now, now);
        var insert = InsertOf(connection, type);
        NpgsqlBatchCommand[] commands =
            [.. TypeHolds.Of(type.Custom), .. type.Data.IsExclusive ? [ConnectionCycles.LockOf(groupId, type.Name)] : Array.Empty<NpgsqlBatchCommand>(), insert];
        try
        {
            if (await quotas.RunAsync(scope, groupId, Quota.Connections, 1, commands, cancellationToken) is { } full)
            {
                return (null, full);
            }
        }
        catch (PostgresException ex) when (ex is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Connection.IsUnique })
        {
            return (null, ConnectionProblems.Duplicate());
        }

        if (insert.RecordsAffected == 0)
        {
            return (null, await WhyNotAsync(connection, type, cancellationToken));
        }

        outbox.Wake();
        return (connection, null);
    }

    private NpgsqlBatchCommand InsertOf(ConnectionResponse connection, ConnectionType type)
    {
        var command = new NpgsqlBatchCommand(Insert);
        var parameters = command.Parameters;
        parameters.AddUuid("id", connection.Id);
        parameters.AddUuid("group_id", connection.GroupId);
        parameters.AddUuid("from_id", connection.FromId);
        parameters.AddUuid("to_id", connection.ToId);
        parameters.AddText("type", connection.Type);
        parameters.AddJson("metadata", connection.Metadata.GetRawText());
        parameters.Add(new NpgsqlParameter("strength", NpgsqlDbType.Double) { Value = (object?)connection.Strength ?? DBNull.Value });
        parameters.AddTime("valid_from", connection.ValidFrom);
        parameters.AddTime("valid_to", connection.ValidTo);
        parameters.AddUuid("created_by", connection.CreatedBy);
        parameters.Add(new NpgsqlParameter<bool>("strict_ends", type.Data.StrictEnds));
        parameters.Add(new NpgsqlParameter<string[]>("from_types", type.Data.From));
        parameters.Add(new NpgsqlParameter<string[]>("to_types", type.Data.To));
        parameters.Add(new NpgsqlParameter<bool>("acyclic", type.Data.Acyclic));
        parameters.Add(new NpgsqlParameter<bool>("one_to", type.Data.HasOneTo));
        parameters.Add(new NpgsqlParameter<bool>("one_from", type.Data.HasOneFrom));
        parameters.AddEvent(ConnectionEvents.Created(connection, origin.Current));
        return command;
    }

    private async Task<ProblemHttpResult> WhyNotAsync(ConnectionResponse connection, ConnectionType type, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select id, type from things where id = any($1) and group_id = $2 and archived_at is null")
        {
            Parameters = { new() { Value = new[] { connection.FromId, connection.ToId } }, new() { Value = connection.GroupId } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select 1 from groups where id = $1 and status = 'active'") { Parameters = { new() { Value = connection.GroupId } } });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "select 1 from connections where group_id = $1 and type = $2 and archived_at is null and (($3 and from_id = $4) or ($5 and to_id = $6)) limit 1")
        {
            Parameters =
            {
                new() { Value = connection.GroupId }, new() { Value = type.Name }, new() { Value = type.Data.HasOneTo }, new() { Value = connection.FromId },
                new() { Value = type.Data.HasOneFrom }, new() { Value = connection.ToId },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var ends = new Dictionary<Guid, string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ends[reader.GetGuid(0)] = reader.GetString(1);
        }

        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return ThingProblems.GroupArchived();
        }

        List<ProblemError> absent =
        [
            .. new[] { (Pointer: "/fromId", Id: connection.FromId), (Pointer: "/toId", Id: connection.ToId) }
                .Where(end => !ends.ContainsKey(end.Id))
                .Select(end => new ProblemError(end.Pointer, "no_such_thing", "There is no such thing in this group.")),
        ];
        return absent.Count > 0 ? Problems.Invalid(absent)
            : !type.Joins(ends[connection.FromId], ends[connection.ToId]) ? ConnectionProblems.WrongEnds(type)
            : await reader.NextResultAsync(cancellationToken) && await reader.ReadAsync(cancellationToken) ? ConnectionProblems.Cardinality(type)
            : ConnectionProblems.Cycle(type);
    }
}
