using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Things.Bulk;

/// <summary>Creates many things in one transaction and a handful of statements.</summary>
internal sealed class BulkCreate(
    NpgsqlDataSource dataSource, TenantScope scope, ThingRules rules, QuotaGate quotas, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    // COPY would be faster still, but PostgreSQL does not copy into a table under row-level security.
    private const string Insert =
        """
        insert into things (id, group_id, type, name, properties, status, external_id, created_by, version, created_at, updated_at)
        select i.id, @group_id, i.type, i.name, i.properties, i.status, i.external_id, @created_by, 1, @now, @now
        from unnest(@ids, @types, @names, @properties, @statuses, @external_ids) as i(id, type, name, properties, status, external_id)
        on conflict (group_id, external_id) where external_id is not null do nothing
        returning id
        """;

    public async Task<(BulkAnswer? Answer, ProblemHttpResult? Problem)> RunAsync(
        Caller caller, Guid groupId, IReadOnlyList<JsonElement> items, bool atomic, bool? strict, CancellationToken cancellationToken)
    {
        var limit = await quotas.AskAsync(groupId, Quota.Things, items.Count, cancellationToken);
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await GroupFacts.FindAsync(connection, groupId, cancellationToken) is not { IsActive: true } group)
        {
            return (null, ThingProblems.GroupArchived());
        }

        var now = clock.GetUtcNow();
        var faults = new BulkFaults();
        var made = Make(caller, groupId, items, strict ?? group.StrictProperties, now, faults);
        if (atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        if (await QuotaGate.RefuseAsync(connection, groupId, Quota.Things, made.Count, limit, cancellationToken) is { } full)
        {
            return (null, full);
        }

        await connection.HoldAsync(made.Select(m => m.Thing.Type).Distinct().Select(rules.CustomOf), cancellationToken);
        var stored = await InsertAsync(connection, caller, groupId, made, now, cancellationToken);
        var done = stored.Count == made.Count ? made : made.FindAll(m => stored.Contains(m.Thing.Id));
        foreach (var (index, _) in made.Where(m => !stored.Contains(m.Thing.Id)))
        {
            faults.Add(index, "external_id_taken", "Another thing of the group has this external id.", "/externalId");
        }

        if (atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        if (done.Count > 0)
        {
            var things = done.ConvertAll(m => m.Thing);
            await connection.StoreAsync(
                BulkEvents.Of(groupId, "create", things, things.ConvertAll(ThingEvents.CreatedLine), faults.Count, origin.Current, now), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            outbox.Wake();
        }

        return (new BulkAnswer(faults.Count, done.ConvertAll(m => m.Thing.Id), faults.All, Created: done.Count), null);
    }

    private List<(int Index, ThingResponse Thing)> Make(
        Caller caller, Guid groupId, IReadOnlyList<JsonElement> items, bool strict, DateTimeOffset now, BulkFaults faults)
    {
        var made = new List<(int, ThingResponse)>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            if (BulkItems.Read<CreateThingRequest>(items[index], index, faults) is not { } item)
            {
                continue;
            }

            var checkedThing = rules.Check(item.Type, item.Name, item.Properties, item.ExternalId, strict);
            if (checkedThing.Faults.Count > 0)
            {
                faults.Add(index, checkedThing.Faults);
                continue;
            }

            made.Add((index, new ThingResponse(
                Guid.CreateVersion7(now), groupId, checkedThing.Type.Name, item.Name, checkedThing.Properties, item.Status ?? ThingStatus.Active,
                item.ExternalId, caller.Id, Version: 1, now, now)));
        }

        return made;
    }

    private static async Task<HashSet<Guid>> InsertAsync(
        NpgsqlConnection connection, Caller caller, Guid groupId, List<(int Index, ThingResponse Thing)> made, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, connection);
        var parameters = command.Parameters;
        parameters.AddUuid("group_id", groupId);
        parameters.AddUuid("created_by", caller.Id);
        parameters.AddTime("now", now);
        parameters.AddAll("ids", NpgsqlDbType.Uuid, made.ConvertAll(m => m.Thing.Id));
        parameters.AddAll("types", NpgsqlDbType.Text, made.ConvertAll(m => m.Thing.Type));
        parameters.AddAll("names", NpgsqlDbType.Text, made.ConvertAll(m => m.Thing.Name));
        parameters.AddAll("properties", NpgsqlDbType.Jsonb, made.ConvertAll(m => m.Thing.Properties.GetRawText()));
        parameters.AddAll("statuses", NpgsqlDbType.Text, made.ConvertAll(m => m.Thing.Status));
        parameters.AddAll("external_ids", NpgsqlDbType.Text, made.ConvertAll(m => m.Thing.ExternalId));
        var stored = new HashSet<Guid>(made.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(reader.GetGuid(0));
        }

        return stored;
    }
}
