using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Events.Data;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Events.Retention;

internal sealed class RetentionStore(EventsDb db, NpgsqlDataSource dataSource, OutboxSignal signal, RequestOrigin origin, TimeProvider clock)
{
    public const string Changed = "event_retention_changed";

    private const string Upsert =
        """
        insert into event_retention (group_id, days, legal_hold, updated_at) values ($1, $2, $3, $4)
        on conflict (group_id) do update set days = excluded.days, legal_hold = excluded.legal_hold, updated_at = excluded.updated_at
        """;

    public async Task<RetentionResponse> FindAsync(Guid group, CancellationToken cancellationToken)
    {
        var own = await db.Set<EventRetention>().FirstOrDefaultAsync(r => r.GroupId == group, cancellationToken);
        var plan = await PlanDaysAsync(group, cancellationToken);
        var days = own?.Days ?? plan;
        return new RetentionResponse(
            own?.Days, plan, own?.LegalHold ?? false,
            own is { LegalHold: true } || days is null ? null : clock.GetUtcNow().AddDays(-days.Value), own?.UpdatedAt);
    }

    public async Task SetAsync(Guid group, SetRetentionRequest request, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var line = new LogLine(
            Guid.CreateVersion7(now), group, Changed, now, group, "group",
            JsonSerializer.SerializeToElement(new { EntityType = "event_retention", request.Days, request.LegalHold }, ApiJson.Options));
        await using var batch = dataSource.CreateTenantBatch(db.Scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Upsert)
        {
            Parameters =
            {
                new() { Value = group },
                new() { Value = (object?)request.Days ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = request.LegalHold },
                new() { Value = now },
            },
        });
        batch.BatchCommands.Add(OutboxMessage.InsertOf(new ActivityLogged(Guid.CreateVersion7(now), now, origin.Current, [line])));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        signal.Wake();
    }

    /// <returns>Null when the plan sets no limit, or the group is not known here yet.</returns>
    public Task<int?> PlanDaysAsync(Guid group, CancellationToken cancellationToken)
        => db.Set<GroupNode>().Where(g => g.Id == group).Select(g => g.Limits.EventDays).FirstOrDefaultAsync(cancellationToken);
}
