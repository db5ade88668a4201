using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Connections.Bulk;

/// <summary>Removes many connections in one transaction.</summary>
internal sealed class ConnectionBulkRemove(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    public async Task<(BulkAnswer? Answer, ProblemHttpResult? Problem)> RunAsync(
        Caller caller, Guid groupId, BulkArchiveRequest request, CancellationToken cancellationToken)
    {
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await GroupFacts.FindAsync(connection, groupId, cancellationToken) is not { IsActive: true })
        {
            return (null, ThingProblems.GroupArchived());
        }

        var (now, faults) = (clock.GetUtcNow(), new BulkFaults());
        var found = await LockAsync(connection, groupId, request.Ids, now, cancellationToken);
        var (removed, seen) = (new List<ConnectionResponse>(), new HashSet<Guid>());
        foreach (var (index, id) in request.Ids.Index())
        {
            if (!seen.Add(id))
            {
                faults.Add(index, "duplicate_item", "An earlier item names the same connection.");
            }
            else if (!found.TryGetValue(id, out var one))
            {
                faults.Add(index, "not_found", "There is no such connection.");
            }
            else if (!ConnectionProblems.MayChange(caller, one))
            {
                faults.Add(index, ProblemCodes.InsufficientRole, "Only an owner of the group removes connections that others made.");
            }
            else
            {
                removed.Add(one with { UpdatedAt = now, Version = one.Version + 1 });
            }
        }

        if (request.Atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        if (removed.Count > 0)
        {
            await using var command = new NpgsqlCommand(
                "update connections set archived_at = @now, updated_at = @now, version = version + 1 where group_id = @group_id and id = any(@ids)", connection);
            command.Parameters.AddTime("now", now);
            command.Parameters.AddUuid("group_id", groupId);
            command.Parameters.AddAll("ids", NpgsqlDbType.Uuid, removed.ConvertAll(c => c.Id));
            await command.ExecuteNonQueryAsync(cancellationToken);
            await connection.StoreAsync(
                ConnectionEvents.Bulk(groupId, "delete", removed.ConvertAll(ConnectionEvents.DeletedLine), faults.Count, origin.Current, now), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            outbox.Wake();
        }

        return (new BulkAnswer(faults.Count, removed.ConvertAll(c => c.Id), faults.All, Archived: removed.Count), null);
    }

    private static async Task<Dictionary<Guid, ConnectionResponse>> LockAsync(
        NpgsqlConnection connection, Guid groupId, IReadOnlyList<Guid> ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"select {ConnectionRow.Columns} from connections c where c.group_id = @group_id and c.id = any(@ids) and c.archived_at is null order by c.id for update",
            connection);
        command.Parameters.AddUuid("group_id", groupId);
        command.Parameters.AddAll("ids", NpgsqlDbType.Uuid, [.. ids.Distinct()]);
        var found = new Dictionary<Guid, ConnectionResponse>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var one = ConnectionRow.Read(reader, now);
            found[one.Id] = one;
        }

        return found;
    }
}
