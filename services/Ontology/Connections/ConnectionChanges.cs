using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Types;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Connections;

/// <summary>Changes of one connection: its metadata, strength and validity, and its end. What it joins and how stays as it was made.</summary>
internal sealed class ConnectionChanges(
    NpgsqlDataSource dataSource, TenantScope scope, ConnectionRules rules, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    // Each attempt that fails means that another writer succeeded.
    private const int MostAttempts = 10;

    private const string Update =
        $"""
         with done as (
             update connections set metadata = @metadata, strength = @strength, valid_from = @valid_from, valid_to = @valid_to,
                                    version = version + 1, updated_at = @now
             where id = @id and group_id = @group_id and version = @version and archived_at is null
             returning id)
         {OutboxWriting.ForEachDone}
         """;

    private const string Archive =
        $"""
         with done as (
             update connections set archived_at = @now, updated_at = @now, version = version + 1
             where id = @id and group_id = @group_id and version = @version and archived_at is null
             returning id)
         {OutboxWriting.ForEachDone}
         """;

    /// <returns>The connection as it is now, or the problem; neither when there is no such connection.</returns>
    public async Task<(ConnectionResponse? Connection, ProblemHttpResult? Problem)> PatchAsync(
        ActingGroup group, Guid id, JsonObjectBody body, IfMatch ifMatch, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await FindAsync(group.Id, id, cancellationToken) is not var (before, facts))
            {
                return (null, null);
            }

            if (Refuse(group.Caller, before, facts, ifMatch) is { } refused)
            {
                return (null, refused);
            }

            var (patch, problem) = PatchedBody.Read<ConnectionPatch>(body, PatchOf(before));
            if (patch is null)
            {
                return (null, problem);
            }

            var type = rules.Find(before.Type);
            List<ProblemError> faults = [.. ConnectionRules.Check(type, patch.Metadata, patch.ValidFrom, patch.ValidTo)];
            if (faults.Count > 0)
            {
                return (null, Problems.Invalid(faults));
            }

            var now = clock.GetUtcNow();
            var after = before with
            {
                Metadata = patch.Metadata,
                Strength = patch.Strength,
                ValidFrom = patch.ValidFrom,
                ValidTo = patch.ValidTo,
                State = ConnectionRow.StateAt(now, patch.ValidFrom, patch.ValidTo),
                Version = before.Version + 1,
                UpdatedAt = now,
            };
            if (JsonNode.DeepEquals(PatchOf(before), PatchOf(after)))
            {
                return (before, null);
            }

            if (await StoreAsync(before, after, type?.Custom, cancellationToken))
            {
                return (after, null);
            }
        }

        return (null, ConnectionProblems.Contended());
    }

    /// <returns>Whether the connection was there, and the problem if one kept it there.</returns>
    public async Task<(bool Found, ProblemHttpResult? Problem)> RemoveAsync(
        ActingGroup group, Guid id, IfMatch ifMatch, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await FindAsync(group.Id, id, cancellationToken) is not var (before, facts))
            {
                return (false, null);
            }

            if (Refuse(group.Caller, before, facts, ifMatch) is { } refused)
            {
                return (true, refused);
            }

            await using var batch = dataSource.CreateTenantBatch(scope);
            var archive = CommandOf(Archive, before);
            archive.Parameters.AddEvent(ConnectionEvents.Deleted(
                before with { UpdatedAt = clock.GetUtcNow(), Version = before.Version + 1 }, origin.Current));
            batch.BatchCommands.Add(archive);
            await batch.ExecuteNonQueryAsync(cancellationToken);
            if (archive.RecordsAffected == 1)
            {
                outbox.Wake();
                return (true, null);
            }
        }

        return (true, ConnectionProblems.Contended());
    }

    public static JsonObject PatchOf(ConnectionResponse connection) => JsonSerializer.SerializeToNode(
        new ConnectionPatch
        {
            Metadata = connection.Metadata,
            Strength = connection.Strength,
            ValidFrom = connection.ValidFrom,
            ValidTo = connection.ValidTo,
        },
        ApiJson.Options)!.AsObject();

    private async Task<bool> StoreAsync(ConnectionResponse before, ConnectionResponse after, CustomType? type, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        foreach (var hold in TypeHolds.Of(type))
        {
            batch.BatchCommands.Add(hold);
        }

        var command = CommandOf(Update, before);
        var parameters = command.Parameters;
        parameters.AddJson("metadata", after.Metadata.GetRawText());
        parameters.Add(new NpgsqlParameter("strength", NpgsqlDbType.Double) { Value = (object?)after.Strength ?? DBNull.Value });
        parameters.AddTime("valid_from", after.ValidFrom);
        parameters.AddTime("valid_to", after.ValidTo);
        parameters.AddEvent(ConnectionEvents.Updated(after, FieldChanges.Between(PatchOf(before), PatchOf(after), "metadata"), origin.Current));
        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Wake();
        return command.RecordsAffected == 1;
    }

    private static ProblemHttpResult? Refuse(Caller caller, ConnectionResponse connection, GroupFacts group, IfMatch ifMatch) => !group.IsActive
        ? ThingProblems.GroupArchived()
        : ConnectionProblems.RefuseChange(caller, connection) ?? ifMatch.Refuse(connection.Id, connection.Version, group.RequireIfMatch);

    /// <summary>A statement about the version that was read, and no other.</summary>
    private static NpgsqlBatchCommand CommandOf(string sql, ConnectionResponse connection)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddUuid("id", connection.Id);
        command.Parameters.AddUuid("group_id", connection.GroupId);
        command.Parameters.Add(new NpgsqlParameter<long>("version", connection.Version));
        return command;
    }

    private async Task<(ConnectionResponse Connection, GroupFacts Group)?> FindAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select {ConnectionRow.Columns}, {GroupFacts.Columns} from connections c join groups g on g.id = c.group_id
             where c.id = $1 and c.group_id = $2 and c.archived_at is null
             """)
        { Parameters = { new() { Value = id }, new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (ConnectionRow.Read(reader, clock.GetUtcNow()), GroupFacts.Read(reader, ConnectionRow.Next))
            : null;
    }
}
