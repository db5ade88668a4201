using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.Ontology.Types;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Connections.Bulk;

/// <summary>Connects many things in one transaction and a handful of statements.</summary>
internal sealed class ConnectionBulkCreate(
    NpgsqlDataSource dataSource, TenantScope scope, ConnectionRules rules, QuotaGate quotas, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    private const string Insert =
        """
        insert into connections (id, group_id, from_id, to_id, type, metadata, strength, valid_from, valid_to, created_by, version, created_at, updated_at)
        select i.id, @group_id, i.from_id, i.to_id, i.type, i.metadata, i.strength, i.valid_from, i.valid_to, @created_by, 1, @now, @now
        from unnest(@ids, @from_ids, @to_ids, @types, @metadata, @strengths, @valid_froms, @valid_tos)
            as i(id, from_id, to_id, type, metadata, strength, valid_from, valid_to)
        on conflict (from_id, type, to_id) where archived_at is null do nothing
        returning id
        """;

    public async Task<(BulkAnswer? Answer, ProblemHttpResult? Problem)> RunAsync(
        Caller caller, Guid groupId, BulkRequest request, CancellationToken cancellationToken)
    {
        var limit = await quotas.AskAsync(groupId, Quota.Connections, request.Items.Count, cancellationToken);
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await GroupFacts.FindAsync(connection, groupId, cancellationToken) is not { IsActive: true })
        {
            return (null, ThingProblems.GroupArchived());
        }

        var (now, faults) = (clock.GetUtcNow(), new BulkFaults());
        var made = Make(caller, groupId, request.Items, now, faults);
        // Types and ends are held from here on, so what is found out about them stays so.
        await connection.HoldAsync(made.Select(m => m.Type.Custom), cancellationToken);
        await ConnectionCycles.LockAsync(connection, groupId, made.Select(m => m.Type), cancellationToken);
        var ends = await ConnectionEnds.LockAsync(connection, groupId, made.ConvertAll(m => m.Connection), cancellationToken);
        made.RemoveAll(m => !ends.Join(m, faults));
        var standing = await StandingConnections.ReadAsync(connection, groupId, made, cancellationToken);
        made.RemoveAll(m => !standing.Take(m, faults));
        if (request.Atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        if (await QuotaGate.RefuseAsync(connection, groupId, Quota.Connections, made.Count, limit, cancellationToken) is { } full)
        {
            return (null, full);
        }

        var stored = await InsertAsync(connection, caller, groupId, made.ConvertAll(m => m.Connection), now, cancellationToken);
        foreach (var item in made.Where(m => !stored.Contains(m.Connection.Id)))
        {
            // Made by another writer after this one looked.
            faults.Add(item.Index, "duplicate_connection", "The two things are connected this way already.");
        }

        if (request.Atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        var done = made.Where(m => stored.Contains(m.Connection.Id)).Select(m => m.Connection).ToList();
        if (done.Count > 0)
        {
            await connection.StoreAsync(
                ConnectionEvents.Bulk(groupId, "create", done.ConvertAll(ConnectionEvents.CreatedLine), faults.Count, origin.Current, now), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            outbox.Wake();
        }

        return (new BulkAnswer(faults.Count, done.ConvertAll(c => c.Id), faults.All, Created: done.Count), null);
    }

    private List<NewConnection> Make(Caller caller, Guid groupId, IReadOnlyList<JsonElement> items, DateTimeOffset now, BulkFaults faults)
    {
        var made = new List<NewConnection>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            if (BulkItems.Read<CreateConnectionRequest>(items[index], index, faults) is not { } item)
            {
                continue;
            }

            var wrong = rules.Check(item, out var type);
            if (wrong.Count > 0)
            {
                faults.Add(index, wrong);
                continue;
            }

            made.Add(new NewConnection(index, type!, new ConnectionResponse(
                Guid.CreateVersion7(now), groupId, item.FromId, item.ToId, type!.Name, item.Metadata ?? ConnectionRules.NoMetadata, item.Strength,
                item.ValidFrom, item.ValidTo, ConnectionRow.StateAt(now, item.ValidFrom, item.ValidTo), caller.Id, Version: 1, now, now)));
        }

        return made;
    }

    private static async Task<HashSet<Guid>> InsertAsync(
        NpgsqlConnection connection, Caller caller, Guid groupId, List<ConnectionResponse> made, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        var parameters = command.Parameters;
        parameters.AddUuid("group_id", groupId);
        parameters.AddUuid("created_by", caller.Id);
        parameters.AddTime("now", now);
        parameters.AddAll("ids", NpgsqlDbType.Uuid, made.ConvertAll(c => c.Id));
        parameters.AddAll("from_ids", NpgsqlDbType.Uuid, made.ConvertAll(c => c.FromId));
        parameters.AddAll("to_ids", NpgsqlDbType.Uuid, made.ConvertAll(c => c.ToId));
        parameters.AddAll("types", NpgsqlDbType.Text, made.ConvertAll(c => c.Type));
        parameters.AddAll("metadata", NpgsqlDbType.Jsonb, made.ConvertAll(c => c.Metadata.GetRawText()));
        parameters.AddAll("strengths", NpgsqlDbType.Double, made.ConvertAll(c => c.Strength));
        parameters.AddAll("valid_froms", NpgsqlDbType.TimestampTz, made.ConvertAll(c => c.ValidFrom));
        parameters.AddAll("valid_tos", NpgsqlDbType.TimestampTz, made.ConvertAll(c => c.ValidTo));
        var stored = new HashSet<Guid>(made.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetGuid(0));
        }

        return stored;
    }
}

/// <param name="Index">Of the item it is made of.</param>
internal sealed record NewConnection(int Index, ConnectionType Type, ConnectionResponse Connection);
