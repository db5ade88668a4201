using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Types;
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
    NpgsqlDataSource dataSource, TenantScope scope, ThingRules rules, QuotaGate quotas, ThingIntake intake, ThingLookup lookup, OutboxSignal outbox, RequestOrigin origin,
    TimeProvider clock)
{
    public async Task<ThingResponse?> FindAsync(Caller caller, Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        // Within the transaction of a batch what it made itself must be seen; all others look together.
        var thing = scope.ActsJustIn(groupId) ? await lookup.FindAsync(groupId, id, cancellationToken) : await FindAloneAsync(groupId, id, cancellationToken);
        return thing is not null && ThingSight.Allows(caller, thing) ? thing : null;
    }

    private async Task<ThingResponse?> FindAloneAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select {ThingRow.Columns} from things t where t.id = $1 and t.group_id = $2")
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
        var created = new NewThing(thing, checkedThing.Missing.Count == 0, OutboxMessage.For(ThingEvents.Created(thing, origin.Current)));
        bool isStored;
        try
        {
            (isStored, var full) = await StoreAsync(created, checkedThing.Type.Custom, cancellationToken);
            if (full is not null)
            {
                return new ThingOutcome(null, ThingRefusal.QuotaExceeded, Problem: full);
            }
        }
        catch (PostgresException ex) when (ex is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: Thing.ExternalIdIsUnique })
        {
            return new ThingOutcome(null, ThingRefusal.ExternalIdTaken);
        }

        if (!isStored)
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

    // With what other requests create at this moment; in a transaction of its own where it is counted, held to its type or undone with others.
    private async Task<(bool IsStored, ProblemHttpResult? Full)> StoreAsync(NewThing created, CustomType? type, CancellationToken cancellationToken)
    {
        var groupId = created.Thing.GroupId;
        var limit = await quotas.AskAsync(groupId, Quota.Things, 1, cancellationToken);
        if (limit is null && type is null && scope.ActsJustIn(groupId))
        {
            return (await intake.StoreAsync(created, cancellationToken), null);
        }

        var insert = ThingInsert.Of([created]);
        var full = await quotas.RunWithinAsync(limit, scope, groupId, Quota.Things, 1, [.. TypeHolds.Of(type), insert], cancellationToken);
        return (insert.Rows > 0, full);
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
