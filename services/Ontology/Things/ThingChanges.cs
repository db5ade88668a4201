using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Things;

internal sealed record FoundThing(ThingResponse Thing, GroupFacts Group);

/// <summary>Changes of one thing. Each is stored on the condition that the version read is still the one there, else it starts over.</summary>
internal sealed class ThingChanges(
    NpgsqlDataSource dataSource, TenantScope scope, ThingRules rules, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    private const string Update =
        $"""
         with done as (
             update things set name = @name, properties = @properties, status = @status, external_id = @external_id,
                               version = version + 1, updated_at = @now
             where id = @id and group_id = @group_id and version = @version
             returning id),
         revised as (
             insert into thing_revisions (thing_id, version, id, group_id, kind, changed_by, changed_at, changes)
             select @id, @version + 1, @revision, @group_id, 'entity_updated', @changed_by, @now, @changes from done)
         {OutboxWriting.ForEachDone}
         """;

    public async Task<FoundThing?> FindAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
        => await FindAsync(groupId, "t.id = $2", id, cancellationToken);

    public async Task<FoundThing?> FindByExternalIdAsync(Guid groupId, string externalId, CancellationToken cancellationToken)
        => await FindAsync(groupId, "t.external_id = $2", externalId, cancellationToken);

    /// <returns>The thing as it is now; null when another writer was first.</returns>
    public async Task<(ThingResponse? Thing, ProblemHttpResult? Problem)> PatchAsync(
        FoundThing found, JsonObjectBody body, bool? strict, CancellationToken cancellationToken)
    {
        var thing = found.Thing;
        var (patch, problem) = PatchedBody.Read<ThingPatch>(body, PatchOf(thing));
        if (patch is null)
        {
            return (null, problem);
        }

        if (!ThingStatus.CanMove(thing.Status, patch.Status))
        {
            return (null, Problems.Conflict("invalid_status_move", $"A thing cannot go from {thing.Status} to {patch.Status}."));
        }

        if (patch.Status != ThingStatus.Archived)
        {
            return await ChangeAsync(found, patch, strict, cancellationToken);
        }

        // Archiving is the archive's matter; what else the patch asks for would be lost without a word.
        return body.Value!.Count == 1
            ? (thing with { Status = ThingStatus.Archived }, null)
            : (null, Problems.Invalid("/status", "archive_alone", "A patch that archives changes nothing else."));
    }

    /// <summary>Makes the thing what an upsert states.</summary>
    public async Task<(ThingResponse? Thing, ProblemHttpResult? Problem)> ReplaceAsync(
        FoundThing found, PutThingRequest request, bool? strict, CancellationToken cancellationToken)
    {
        var thing = found.Thing;
        if (thing.ArchivedAt is not null)
        {
            return (null, Problems.Conflict("archived", "The thing with this external id is archived; restore it first."));
        }

        if (rules.NameOf(request.Type) is not { } type)
        {
            return (null, Problems.Invalid(rules.Check(request.Type, request.Name, request.Properties, null, strict: false).Faults));
        }

        if (type != thing.Type)
        {
            return (null, Problems.Conflict("type_differs", $"The thing with this external id is a {thing.Type}; a type does not change."));
        }

        var patch = new ThingPatch
        {
            Name = request.Name,
            Properties = request.Properties ?? ThingRules.NoProperties,
            Status = request.Status ?? thing.Status,
            ExternalId = thing.ExternalId,
        };
        return ThingStatus.CanMove(thing.Status, patch.Status)
            ? await ChangeAsync(found, patch, strict, cancellationToken)
            : (null, Problems.Conflict("invalid_status_move", $"A thing cannot go from {thing.Status} to {patch.Status}."));
    }

    private async Task<(ThingResponse? Thing, ProblemHttpResult? Problem)> ChangeAsync(
        FoundThing found, ThingPatch patch, bool? strict, CancellationToken cancellationToken)
    {
        var thing = found.Thing;
        var checkedThing = rules.Check(thing.Type, patch.Name, patch.Properties, patch.ExternalId, strict ?? found.Group.StrictProperties);
        if (checkedThing.Faults.Count > 0)
        {
            return (null, Problems.Invalid(checkedThing.Faults));
        }

        var now = clock.GetUtcNow();
        var changed = thing with
        {
            Name = patch.Name,
            Properties = patch.Properties,
            Status = patch.Status,
            ExternalId = patch.ExternalId,
            Version = thing.Version + 1,
            UpdatedAt = now,
        };
        var warnings = strict == false ? checkedThing.Missing : null;
        if (IsSame(thing, changed))
        {
            return (thing with { Warnings = warnings }, null);
        }

        await using var batch = dataSource.CreateTenantBatch(scope);
        foreach (var hold in TypeHolds.Of(checkedThing.Type.Custom))
        {
            batch.BatchCommands.Add(hold);
        }

        var command = new NpgsqlBatchCommand(Update);
        command.Parameters.AddUuid("id", thing.Id);
        command.Parameters.AddUuid("group_id", thing.GroupId);
        command.Parameters.AddText("name", changed.Name);
        command.Parameters.AddJson("properties", changed.Properties.GetRawText());
        command.Parameters.AddText("status", changed.Status);
        command.Parameters.AddText("external_id", changed.ExternalId);
        command.Parameters.Add(new NpgsqlParameter<long>("version", thing.Version));
        var change = ThingEvents.Updated(thing, changed, origin.Current);
        command.Parameters.AddUuid("revision", change.Log[0].Id);
        command.Parameters.AddUuid("changed_by", origin.Current.ActorId);
        command.Parameters.AddJson("changes", JsonSerializer.Serialize(change.Log[0].Changes, ApiJson.Options));
        command.Parameters.AddEvent(change);
        batch.BatchCommands.Add(command);
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException ex) when (ex is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Thing.ExternalIdIsUnique })
        {
            return (null, ThingProblems.ExternalIdTaken());
        }

        if (command.RecordsAffected == 0)
        {
            return (null, null);
        }

        outbox.Wake();
        return (changed with { Warnings = warnings }, null);
    }

    private async Task<FoundThing?> FindAsync<T>(Guid groupId, string which, T key, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select {ThingRow.Columns}, {GroupFacts.Columns} from things t join groups g on g.id = t.group_id where t.group_id = $1 and {which}")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = groupId }, new NpgsqlParameter<T> { TypedValue = key } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new FoundThing(ThingRow.Read(reader), GroupFacts.Read(reader, ThingRow.Next)) : null;
    }

    public static JsonObject PatchOf(ThingResponse thing) => JsonSerializer.SerializeToNode(
        new ThingPatch { Name = thing.Name, Properties = thing.Properties, Status = thing.Status, ExternalId = thing.ExternalId }, ApiJson.Options)!.AsObject();

    public static bool IsSame(ThingResponse one, ThingResponse other)
        => one.Name == other.Name && one.Status == other.Status && one.ExternalId == other.ExternalId
            && JsonElement.DeepEquals(one.Properties, other.Properties);
}
