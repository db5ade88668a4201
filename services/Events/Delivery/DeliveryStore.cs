using System.Data.Common;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Events.Data;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Webhooks;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Delivery;

/// <summary>Deliveries as the owners of a webhook see them.</summary>
internal sealed class DeliveryStore(EventsDb db, NpgsqlDataSource dataSource, CursorSigner cursors, TimeProvider clock)
{
    public const int MostReplayed = 10_000;

    public static readonly ListDefinition List = new("events.deliveries", new FieldMap(
        Field.Id("d.event_id"),
        Field.String("type", "d.type"),
        Field.Integer("position", "d.position"),
        Field.Enum("status", "d.status", WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Failed),
        Field.Integer("attempts", "d.attempts"),
        Field.Timestamp("createdAt", "d.created_at").Sortable().Required(),
        Field.Timestamp("deliveredAt", "d.delivered_at"),
        Field.Shown("nextAttemptAt"), Field.Shown("log")))
    {
        DefaultSort = "-createdAt",
        Parameters = [ListParameter.AnyOf("status"), ListParameter.AnyOf("type")],
    };

    public async Task<(Page<DeliveryResponse>? Page, ListPlan? Plan, IReadOnlyList<QueryError> Errors)> ListAsync(
        Webhook webhook, ListQuery query, CancellationToken cancellationToken)
    {
        if (!List.TryPlan(query, webhook.GroupId, cursors, out var plan, out var errors, webhook.Id.ToString()))
        {
            return (null, null, errors);
        }

        var command = Command(
            $"""
             select d.event_id, d.type, d.position, d.status, d.attempts, case when d.status = 'pending' then d.due_at end, d.created_at,
                    d.delivered_at, d.log, {plan.KeyColumns}
             from webhook_deliveries d where d.webhook_id = @webhook and d.group_id = @group and {plan.Where}
             order by {plan.OrderBy} limit {plan.FetchLimit}
             """, webhook);
        foreach (var (name, value) in plan.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        await using var batch = dataSource.CreateTenantBatch(db.Scope);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (await plan.ReadPageAsync(reader, Read, cancellationToken), plan, []);
    }

    /// <summary>Keeps the one attempt of a test, which is not tried again.</summary>
    public async Task KeepTestAsync(Webhook webhook, EventResponse content, AttemptResponse attempt, CancellationToken cancellationToken)
    {
        var command = Command(
            """
            insert into webhook_deliveries (webhook_id, event_id, group_id, type, order_key, status, attempts, due_at, created_at, delivered_at, log)
            values (@webhook, @id, @group, @type, @id, @status, 1, @at, @at, case when @status = 'delivered' then @at end, jsonb_build_array(@attempt))
            """, webhook);
        command.Parameters.Add(new NpgsqlParameter("id", content.Id));
        command.Parameters.Add(new NpgsqlParameter("type", content.Type));
        command.Parameters.Add(new NpgsqlParameter("status", attempt.Delivered ? WebhookDelivery.Delivered : WebhookDelivery.Failed));
        command.Parameters.Add(new NpgsqlParameter("at", attempt.At));
        command.Parameters.Add(new NpgsqlParameter("attempt", NpgsqlDbType.Jsonb) { Value = JsonSerializer.Serialize(attempt, ApiJson.Options) });
        await using var batch = dataSource.CreateTenantBatch(db.Scope);
        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<ReplayResponse> ReplayAsync(Webhook webhook, ReplayRequest request, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(db.Scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.Replay)
        {
            Parameters =
            {
                new() { Value = webhook.Id },
                new() { Value = webhook.GroupId },
                new() { Value = request.FromPosition ?? 0 },
                new() { Value = (request.From ?? DateTimeOffset.UnixEpoch).ToUniversalTime() },
                new() { Value = (request.To ?? clock.GetUtcNow()).ToUniversalTime() },
                new() { Value = webhook.Types },
                new() { Value = MostReplayed },
                new() { Value = clock.GetUtcNow() },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ReplayResponse(reader.GetInt64(0), reader.GetInt64(1) == MostReplayed ? reader.GetInt64(2) + 1 : null);
    }

    private static NpgsqlBatchCommand Command(string sql, Webhook webhook)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter("webhook", webhook.Id));
        command.Parameters.Add(new NpgsqlParameter("group", webhook.GroupId));
        return command;
    }

    private static DeliveryResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.GetString(3), row.GetInt32(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.GetFieldValue<DateTimeOffset>(6),
        row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7), JsonElement.Parse(row.GetFieldValue<byte[]>(8)));
}
