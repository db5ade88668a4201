using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Things;

internal enum ThingRefusal
{
    None,
    Invalid,
    ExternalIdTaken,
    GroupArchived,
    QuotaExceeded,
}

internal sealed record ThingOutcome(ThingResponse? Thing, ThingRefusal Refusal = ThingRefusal.None, IReadOnlyList<ProblemError>? Faults = null, ProblemHttpResult? Problem = null);

/// <summary>Finds and creates things: the two that must be fast, each one round trip.</summary>
internal sealed class ThingStore(
    NpgsqlDataSource dataSource, TenantScope scope, ThingRules rules, QuotaGate quotas, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    // A thing in a group that is archived, or that is strict while something is missing, is not stored, and then nor is the event.
    private const string Insert =
        $"""
         with done as (
             insert into things (id, group_id, type, name, properties, status, external_id, created_by, version, created_at, updated_at)
             select @id, @group_id, @type, @name, @properties, @status, @external_id, @created_by, 1, @now, @now
             from groups g
             where g.id = @group_id and g.status = 'active'
                 and (@is_complete or not coalesce((g.settings ->> 'strictProperties')::boolean, false))
             returning id)
         {OutboxWriting.ForEachDone}
         """;

    public async Task<ThingResponse?> FindAsync(Caller caller, Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select {ThingRow.Columns} from things t where t.id = $1 and t.group_id = $2 and {ThingSight.Of(caller)}")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<Guid> { TypedValue = groupId } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ThingRow.Read(reader) : null;
    }

    public async Task<ThingOutcome> CreateAsync(
        Caller caller, Guid groupId, CreateThingRequest request, bool? strict, CancellationToken cancellationToken)
    {
        var checkedThing = rules.Check(request.Type, request.Name, request.Properties, request.ExternalId, strict ?? false);
        if (checkedThing.Faults.Count > 0)
        {
            return new ThingOutcome(null, ThingRefusal.Invalid, checkedThing.Faults);
        }

        var now = clock.GetUtcNow();
        var thing = new ThingResponse(
            Guid.CreateVersion7(now), groupId, checkedThing.Type.Name, request.Name, checkedThing.Properties, request.Status ?? ThingStatus.Active,
            request.ExternalId, caller.Id, Version: 1, now, now, Warnings: strict == false ? checkedThing.Missing : null);
        var insert = InsertOf(thing, isComplete: checkedThing.Missing.Count == 0, ThingEvents.Created(thing, origin.Current));
        try
        {
            if (await quotas.RunAsync(scope, groupId, Quota.Things, 1, [.. TypeHolds.Of(checkedThing.Type.Custom), insert], cancellationToken) is { } full)
            {
                return new ThingOutcome(null, ThingRefusal.QuotaExceeded, Problem: full);
            }
        }
        catch (PostgresException ex) when (ex is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Thing.ExternalIdIsUnique })
        {
            return new ThingOutcome(null, ThingRefusal.ExternalIdTaken);
        }

        if (insert.RecordsAffected == 0)
        {
            // Rare, so only now asked which of the two it was: nothing is missing, or it is missed.
            var strictly = rules.Check(request.Type, request.Name, request.Properties, request.ExternalId, strict: true);
            return strictly.Faults.Count > 0 && await IsActiveAsync(groupId, cancellationToken)
                ? new ThingOutcome(null, ThingRefusal.Invalid, strictly.Faults)
                : new ThingOutcome(null, ThingRefusal.GroupArchived);
        }

        outbox.Wake();
        return new ThingOutcome(thing);
    }

    /// <summary>Stores the thing and the event that tells of it, or neither; the command tells by its affected rows.</summary>
    public static NpgsqlBatchCommand InsertOf(ThingResponse thing, bool isComplete, IIntegrationEvent created)
    {
        var command = new NpgsqlBatchCommand(Insert);
        var parameters = command.Parameters;
        parameters.AddUuid("id", thing.Id);
        parameters.AddUuid("group_id", thing.GroupId);
        parameters.AddText("type", thing.Type);
        parameters.AddText("name", thing.Name);
        parameters.AddJson("properties", thing.Properties.GetRawText());
        parameters.AddText("status", thing.Status);
        parameters.AddText("external_id", thing.ExternalId);
        parameters.AddUuid("created_by", thing.CreatedBy);
        parameters.Add(new NpgsqlParameter("is_complete", NpgsqlDbType.Boolean) { Value = isComplete });
        parameters.AddEvent(created);
        return command;
    }

    private async Task<bool> IsActiveAsync(Guid groupId, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select 1 from groups where id = $1 and status = 'active'") { Parameters = { new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }
}
