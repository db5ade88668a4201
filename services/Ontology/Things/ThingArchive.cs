using System.Data.Common;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Connections;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Things;

/// <summary>Archives a thing together with its connections, and brings both back.</summary>
internal sealed class ThingArchive(
    NpgsqlDataSource dataSource, TenantScope scope, ConnectionCycles cycles, QuotaGate quotas, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    private const string CloseCircles =
        """
        update connections set archived_at = @now, archived_with = @thing
        where group_id = @group_id and from_id = @thing and archived_at is null and type = any(@acyclic)
            and connection_leads_to(group_id, type, to_id, from_id)
        returning id, from_id, to_id, type, version
        """;

    // Of several that were restored only the latest can stay.
    private const string AreTooMany =
        """
        update connections c set archived_at = @now, archived_with = @thing
        where c.group_id = @group_id and c.id = any(@restored) and c.archived_at is null and exists (
            select from connections o
            where o.group_id = @group_id and o.type = c.type and o.archived_at is null and o.id <> c.id
                and ((c.type = any(@one_to) and o.from_id = c.from_id) or (c.type = any(@one_from) and o.to_id = c.to_id))
                and (o.id > c.id or not o.id = any(@restored)))
        returning c.id, c.from_id, c.to_id, c.type, c.version
        """;

    // In one order, as whoever joins things holds them: an end that is archived meanwhile would be left with a live connection.
    private const string HoldEnds =
        """
        select t.id from things t
        where t.group_id = @group_id and (t.id = @thing or (t.archived_at is null and t.id in (
            select case when c.from_id = @thing then c.to_id else c.from_id end from connections c
            where c.group_id = @group_id and c.archived_with = @thing)))
        order by t.id for no key update
        """;

    private const string RestoreConnections =
        """
        update connections set archived_at = null, archived_with = null, updated_at = @now, version = version + 1
        where group_id = @group_id and archived_with = @thing and from_id = any(@held) and to_id = any(@held)
        returning id, from_id, to_id, type, version
        """;

    /// <returns>The archived thing; null when another writer was first.</returns>
    public async Task<ThingResponse?> ArchiveAsync(ThingResponse thing, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var archived = thing with { Status = ThingStatus.Archived, ArchivedAt = now, UpdatedAt = now, Version = thing.Version + 1 };
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (!await MoveAsync(connection, archived, thing.Version, cancellationToken))
        {
            return null;
        }

        var lines = await ConnectionsAsync(
            connection,
            """
            update connections set archived_at = @now, archived_with = @thing, updated_at = @now, version = version + 1
            where group_id = @group_id and (from_id = @thing or to_id = @thing) and archived_at is null
            returning id, from_id, to_id, type, version
            """,
            "connection_deleted", archived, now, cancellationToken);
        await StoreAsync(connection, ThingEvents.Archived(thing.Status, archived, origin.Current), lines, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Wake();
        return archived;
    }

    /// <returns>The restored thing, active; the problem when a quota is used up; neither when another writer was first.</returns>
    public async Task<(ThingResponse? Thing, ProblemHttpResult? Problem)> RestoreAsync(ThingResponse thing, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var restored = thing with { Status = ThingStatus.Active, ArchivedAt = null, UpdatedAt = now, Version = thing.Version + 1 };
        var things = await quotas.AskAsync(thing.GroupId, Quota.Things, 1, cancellationToken);
        var connections = await CountConnectionsOfAsync(thing, cancellationToken) is > 0 and var most
            ? await quotas.AskAsync(thing.GroupId, Quota.Connections, most, cancellationToken)
            : null;
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await QuotaGate.RefuseAsync(connection, thing.GroupId, Quota.Things, 1, things, cancellationToken) is { } full)
        {
            return (null, full);
        }

        // Whoever connects takes the quota first, then the types, then the ends.
        await QuotaGate.WaitAsync(connection, thing.GroupId, Quota.Connections, connections, cancellationToken);
        await cycles.LockAllAsync(connection, thing.GroupId, cancellationToken);
        var held = await HoldEndsAsync(connection, thing, cancellationToken);
        if (!await MoveAsync(connection, restored, thing.Version, cancellationToken))
        {
            return (null, null);
        }

        var lines = await ConnectionsAsync(
            connection, RestoreConnections, "connection_restored", restored, now, cancellationToken, command => command.Parameters.AddAll("held", NpgsqlDbType.Uuid, held));
        // What was connected meanwhile may forbid an old connection; such a one goes back into the archive.
        foreach (var forbidden in new[] { CloseCircles, AreTooMany })
        {
            var back = await ConnectionsAsync(
                connection, forbidden, "connection_deleted", restored, now, cancellationToken, command => AddRules(command, [.. lines.Select(l => l.TargetId!.Value)]));
            lines.RemoveAll(line => back.Exists(c => c.TargetId == line.TargetId));
        }

        // Only now is it known how many stay.
        if (lines.Count > 0
            && await QuotaGate.RefuseAsync(connection, thing.GroupId, Quota.Connections, lines.Count, connections, cancellationToken, written: true) is { } tooMany)
        {
            return (null, tooMany);
        }

        await StoreAsync(connection, ThingEvents.Restored(restored, origin.Current), lines, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        outbox.Wake();
        return (restored, null);
    }

    private async Task<int> CountConnectionsOfAsync(ThingResponse thing, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select count(*)::int from connections where group_id = $1 and archived_with = $2")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = thing.GroupId }, new NpgsqlParameter<Guid> { TypedValue = thing.Id } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt32(0);
    }

    private static async Task<List<Guid>> HoldEndsAsync(NpgsqlConnection connection, ThingResponse thing, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(HoldEnds, connection);
        command.Parameters.AddUuid("thing", thing.Id);
        command.Parameters.AddUuid("group_id", thing.GroupId);
        var held = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            held.Add(reader.GetGuid(0));
        }

        return held;
    }

    private static async Task<bool> MoveAsync(NpgsqlConnection connection, ThingResponse thing, long version, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update things set status = @status, archived_at = @archived_at, updated_at = @now, version = version + 1
            where id = @thing and group_id = @group_id and version = @version
            """, connection);
        command.Parameters.AddText("status", thing.Status);
        command.Parameters.AddTime("archived_at", thing.ArchivedAt);
        command.Parameters.AddTime("now", thing.UpdatedAt);
        command.Parameters.AddUuid("thing", thing.Id);
        command.Parameters.AddUuid("group_id", thing.GroupId);
        command.Parameters.Add(new NpgsqlParameter<long>("version", version));
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private void AddRules(NpgsqlCommand command, Guid[] restored)
    {
        command.Parameters.AddAll("restored", NpgsqlDbType.Uuid, [.. restored]);
        command.Parameters.Add(new NpgsqlParameter<string[]>("acyclic", cycles.TypesThat(t => t.Acyclic)));
        command.Parameters.Add(new NpgsqlParameter<string[]>("one_to", cycles.TypesThat(t => t.HasOneTo)));
        command.Parameters.Add(new NpgsqlParameter<string[]>("one_from", cycles.TypesThat(t => t.HasOneFrom)));
    }

    private static async Task<List<LogLine>> ConnectionsAsync(
        NpgsqlConnection connection, string sql, string type, ThingResponse thing, DateTimeOffset now, CancellationToken cancellationToken,
        Action<NpgsqlCommand>? addMore = null)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddTime("now", now);
        command.Parameters.AddUuid("thing", thing.Id);
        command.Parameters.AddUuid("group_id", thing.GroupId);
        addMore?.Invoke(command);
        var lines = new List<LogLine>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(LineOf(reader, type, thing, now));
        }

        return lines;
    }

    private static LogLine LineOf(DbDataReader row, string type, ThingResponse thing, DateTimeOffset now) => new(
        Guid.CreateVersion7(now), thing.GroupId, type, now, row.GetGuid(0), ConnectionEvents.Kind,
        JsonSerializer.SerializeToElement(
            new { FromId = row.GetGuid(1), ToId = row.GetGuid(2), RelationshipType = row.GetString(3), With = thing.Id }, ApiJson.Options),
        TargetVersion: row.GetInt64(4));

    private async Task StoreAsync(
        NpgsqlConnection connection, ThingsChanged change, List<LogLine> lines, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(OutboxMessage.InsertOf(change));
        batch.BatchCommands.Add(RevisionWriting.InsertOf(origin.Current.ActorId!.Value, [.. change.Log]));
        foreach (var chunk in lines.Chunk(OutboxWriting.MostLines))
        {
            batch.BatchCommands.Add(OutboxMessage.InsertOf(new ActivityLogged(Guid.CreateVersion7(now), now, origin.Current, chunk)));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
