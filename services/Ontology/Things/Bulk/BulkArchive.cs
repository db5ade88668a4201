using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Connections;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Things.Bulk;

/// <summary>Archives many things with their connections in one transaction.</summary>
internal sealed class BulkArchive(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    private const string ArchiveThings =
        """
        update things set status = 'archived', archived_at = @now, updated_at = @now, version = version + 1
        where group_id = @group_id and id = any(@ids)
        """;

    // Each connection comes back with the first of its ends that went.
    private const string ArchiveConnections =
        """
        update connections set archived_at = @now, archived_with = case when from_id = any(@ids) then from_id else to_id end,
                               updated_at = @now, version = version + 1
        where group_id = @group_id and archived_at is null and (from_id = any(@ids) or to_id = any(@ids))
        returning id, from_id, to_id, type, version, archived_with
        """;

    public async Task<(BulkAnswer? Answer, ProblemHttpResult? Problem)> RunAsync(
        Caller caller, Guid groupId, BulkArchiveRequest request, CancellationToken cancellationToken)
    {
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await GroupFacts.FindAsync(connection, groupId, cancellationToken) is not { IsActive: true } group)
        {
            return (null, ThingProblems.GroupArchived());
        }

        var faults = new BulkFaults();
        var now = clock.GetUtcNow();
        var found = await BulkRows.LockAsync(connection, groupId, [.. request.Ids.Distinct()], cancellationToken);
        var before = new List<ThingResponse>();
        var seen = new HashSet<Guid>();
        for (var index = 0; index < request.Ids.Count; index++)
        {
            var id = request.Ids[index];
            if (!seen.Add(id))
            {
                faults.Add(index, "duplicate_item", "An earlier item names the same thing.");
            }
            else if (BulkRows.Find(found, id, index, caller, group with { RequireIfMatch = false }, version: null, faults) is { } thing)
            {
                before.Add(thing);
            }
        }

        if (request.Atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        if (before.Count > 0)
        {
            await ArchiveAsync(connection, caller, groupId, before, faults.Count, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            outbox.Wake();
        }

        return (new BulkAnswer(faults.Count, before.ConvertAll(t => t.Id), faults.All, Archived: before.Count), null);
    }

    private async Task ArchiveAsync(
        NpgsqlConnection connection, Caller caller, Guid groupId, List<ThingResponse> before, int failed, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var ids = before.ConvertAll(t => t.Id);
        await using (var things = Command(connection, ArchiveThings, groupId, ids, now))
        {
            await things.ExecuteNonQueryAsync(cancellationToken);
        }

        var after = before.ConvertAll(
            t => t with { Status = ThingStatus.Archived, ArchivedAt = now, UpdatedAt = now, Version = t.Version + 1 });
        var lines = before.Zip(after, (b, a) => ThingEvents.ArchivedLine(b.Status, a)).ToList();
        var events = BulkEvents.Of(groupId, "archive", after, lines, failed, origin.Current, now);
        foreach (var chunk in (await ArchiveConnectionsAsync(connection, groupId, ids, now, cancellationToken)).Chunk(OutboxWriting.MostLines))
        {
            events.Add(new ActivityLogged(Guid.CreateVersion7(now), now, origin.Current, chunk));
        }

        await connection.StoreAsync(events, cancellationToken);
        await RevisionWriting.StoreAsync(connection, caller.Id, lines, cancellationToken);
    }

    private static async Task<List<LogLine>> ArchiveConnectionsAsync(
        NpgsqlConnection connection, Guid groupId, List<Guid> ids, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var lines = new List<LogLine>();
        await using var command = Command(connection, ArchiveConnections, groupId, ids, now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            lines.Add(new LogLine(
                Guid.CreateVersion7(now), groupId, "connection_deleted", now, row.GetGuid(0), ConnectionEvents.Kind,
                JsonSerializer.SerializeToElement(
                    new { FromId = row.GetGuid(1), ToId = row.GetGuid(2), RelationshipType = row.GetString(3), With = row.GetGuid(5) }, ApiJson.Options),
                TargetVersion: row.GetInt64(4)));
        }

        return lines;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid groupId, List<Guid> ids, DateTimeOffset now)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddUuid("group_id", groupId);
        command.Parameters.AddAll("ids", NpgsqlDbType.Uuid, ids);
        command.Parameters.AddTime("now", now);
        return command;
    }
}
