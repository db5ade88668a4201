using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Things.Bulk;

/// <summary>Changes many things in one transaction; each item is a merge patch with the thing's id.</summary>
internal sealed class BulkChange(
    NpgsqlDataSource dataSource, TenantScope scope, ThingRules rules, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    private const string Update =
        """
        update things t set name = i.name, properties = i.properties, status = i.status, external_id = i.external_id, version = t.version + 1, updated_at = @now
        from unnest(@ids, @names, @properties, @statuses, @external_ids) as i(id, name, properties, status, external_id)
        where t.id = i.id and t.group_id = @group_id
        """;

    public async Task<(BulkAnswer? Answer, ProblemHttpResult? Problem)> RunAsync(
        Caller caller, Guid groupId, BulkRequest request, bool? strict, CancellationToken cancellationToken)
    {
        var faults = new BulkFaults();
        var patches = ReadPatches(request.Items, faults);
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;
        if (await GroupFacts.FindAsync(connection, groupId, cancellationToken) is not { IsActive: true } group)
        {
            return (null, ThingProblems.GroupArchived());
        }

        var found = await BulkRows.LockAsync(connection, groupId, [.. patches.Keys], cancellationToken);
        var (now, changes) = (clock.GetUtcNow(), new List<(ThingResponse Before, ThingResponse After)>());
        var unchanged = new List<Guid>();
        foreach (var (id, (index, version, body)) in patches.OrderBy(p => p.Value.Index))
        {
            if (BulkRows.Find(found, id, index, caller, group, version, faults) is not { } thing)
            {
                continue;
            }

            if (Apply(thing, body, strict ?? group.StrictProperties, now, index, faults) is not { } after)
            {
                continue;
            }

            if (ThingChanges.IsSame(thing, after))
            {
                unchanged.Add(id);
                continue;
            }

            changes.Add((thing, after));
        }

        if (request.Atomic && faults.Count > 0)
        {
            return (null, faults.ToProblem());
        }

        try
        {
            await StoreAsync(connection, caller, groupId, changes, faults.Count, now, cancellationToken);
        }
        catch (PostgresException ex) when (ex is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Thing.ExternalIdIsUnique })
        {
            return (null, ThingProblems.ExternalIdTaken());
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Wake();
        return (new BulkAnswer(
            faults.Count, [.. changes.Select(c => c.After.Id), .. unchanged], faults.All, Updated: changes.Count + unchanged.Count), null);
    }

    private static Dictionary<Guid, (int Index, long? Version, JsonObjectBody Body)> ReadPatches(IReadOnlyList<JsonElement> items, BulkFaults faults)
    {
        var patches = new Dictionary<Guid, (int, long?, JsonObjectBody)>(items.Count);
        for (var index = 0; index < items.Count; index++)
        {
            var body = JsonObjectBody.Parse(JsonMarshal.GetRawUtf8Value(items[index]));
            if (body.Error is { } error)
            {
                faults.Add(index, error.Code, error.Detail);
            }
            else if (!items[index].TryGetProperty("id", out var id) || id.ValueKind != JsonValueKind.String || !id.TryGetGuid(out var thing))
            {
                faults.Add(index, "malformed_item", "The item names no thing.", "/id");
            }
            else if (items[index].TryGetProperty("version", out var version) && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt64(out _)))
            {
                faults.Add(index, "malformed_item", "A version is a number.", "/version");
            }
            else if (!patches.TryAdd(thing, (index, version.ValueKind == JsonValueKind.Number ? version.GetInt64() : null, body)))
            {
                faults.Add(index, "duplicate_item", "An earlier item names the same thing.", "/id");
            }
            else
            {
                body.Value!.Remove("id");
                body.Value.Remove("version");
            }
        }

        return patches;
    }

    private ThingResponse? Apply(ThingResponse thing, JsonObjectBody body, bool strict, DateTimeOffset now, int index, BulkFaults faults)
    {
        var (patch, errors) = PatchedBody.TryRead<ThingPatch>(body, ThingChanges.PatchOf(thing));
        if (patch is null)
        {
            faults.Add(index, errors);
            return null;
        }

        if (patch.Status == ThingStatus.Archived || !ThingStatus.CanMove(thing.Status, patch.Status))
        {
            faults.Add(index, "invalid_status_move", $"A thing cannot go from {thing.Status} to {patch.Status} here.", "/status");
            return null;
        }

        var checkedThing = rules.Check(thing.Type, patch.Name, patch.Properties, patch.ExternalId, strict);
        if (checkedThing.Faults.Count > 0)
        {
            faults.Add(index, checkedThing.Faults);
            return null;
        }

        return thing with
        {
            Name = patch.Name,
            Properties = patch.Properties,
            Status = patch.Status,
            ExternalId = patch.ExternalId,
            Version = thing.Version + 1,
            UpdatedAt = now,
        };
    }

    private async Task StoreAsync(
        NpgsqlConnection connection, Caller caller, Guid groupId, List<(ThingResponse Before, ThingResponse After)> changes, int failed, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (changes.Count == 0)
        {
            return;
        }

        await connection.HoldAsync(changes.Select(c => c.After.Type).Distinct().Select(rules.CustomOf), cancellationToken);
        await using var command = new NpgsqlCommand(Update, connection);
        var parameters = command.Parameters;
        parameters.AddUuid("group_id", groupId);
        parameters.AddTime("now", now);
        parameters.AddAll("ids", NpgsqlDbType.Uuid, changes.ConvertAll(c => c.After.Id));
        parameters.AddAll("names", NpgsqlDbType.Text, changes.ConvertAll(c => c.After.Name));
        parameters.AddAll("properties", NpgsqlDbType.Jsonb, changes.ConvertAll(c => c.After.Properties.GetRawText()));
        parameters.AddAll("statuses", NpgsqlDbType.Text, changes.ConvertAll(c => c.After.Status));
        parameters.AddAll("external_ids", NpgsqlDbType.Text, changes.ConvertAll(c => c.After.ExternalId));
        await command.ExecuteNonQueryAsync(cancellationToken);
        var lines = changes.ConvertAll(c => ThingEvents.UpdatedLine(c.Before, c.After));
        await connection.StoreAsync(
            BulkEvents.Of(groupId, "update", changes.ConvertAll(c => c.After), lines, failed, origin.Current, now), cancellationToken);
        await RevisionWriting.StoreAsync(connection, caller.Id, lines, cancellationToken);
    }
}
