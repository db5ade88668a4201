using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Events.Data;
using OnePlatform.Messaging;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Events.Webhooks;

/// <summary>Every query and change of webhooks by those who own them.</summary>
internal sealed class WebhookStore(
    EventsDb db, NpgsqlDataSource dataSource, WebhookSecrets secrets, RequestOrigin origin, CursorSigner cursors, IOptions<WebhookOptions> options,
    TimeProvider clock)
{
    public const int MostPerGroup = 50;

    // Any number will do, as long as every instance uses the same.
    private const int PlacesLock = 0x686f_6f6b;

    public static readonly ListDefinition List = new("events.webhooks", new FieldMap(
        Field.Id("w.id"),
        Field.String("url", "w.url"),
        Field.Uuid("createdBy", "w.created_by"),
        Field.Timestamp("createdAt", "w.created_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "w.updated_at").Sortable().Required(),
        Field.Shown("types"), Field.Shown("scope"), Field.Shown("description"), Field.Shown("ordered"), Field.Shown("enabled"),
        Field.Shown("disabledReason"), Field.Shown("failingSince"), Field.Shown("pausedUntil"), Field.Shown("version")))
    {
        DefaultSort = "-createdAt",
    };

    public static WebhookResponse Shown(Webhook w) => new(
        w.Id, w.Url, w.Types, w.Subtree ? "subtree" : "self", w.Description, w.Ordered, w.Status == Webhook.Active, w.DisabledReason,
        w.FailingSince, w.PausedUntil, w.CreatedBy, w.CreatedAt, w.UpdatedAt, w.Version);

    public async Task<(Page<WebhookResponse>? Page, ListPlan? Plan, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid group, ListQuery query, CancellationToken cancellationToken)
    {
        if (!List.TryPlan(query, group, cursors, out var plan, out var errors))
        {
            return (null, null, errors);
        }

        await using var batch = dataSource.CreateTenantBatch(db.Scope);
        var command = new NpgsqlBatchCommand(
            $"""
             select w.id, w.url, w.types, w.subtree, w.description, w.ordered, w.status, w.disabled_reason, w.failing_since, w.paused_until,
                    w.created_by, w.created_at, w.updated_at, w.version, {plan.KeyColumns}
             from webhooks w where w.group_id = @group and {plan.Where} order by {plan.OrderBy} limit {plan.FetchLimit}
             """);
        command.Parameters.Add(new NpgsqlParameter("group", group));
        foreach (var (name, value) in plan.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (await plan.ReadPageAsync(reader, Read, cancellationToken), plan, []);
    }

    public Task<bool> RequiresIfMatchAsync(Guid group, CancellationToken cancellationToken) => db.RequiresIfMatchAsync(group, cancellationToken);

    public Task<Webhook?> FindAsync(Guid group, Guid id, CancellationToken cancellationToken)
        => db.Webhooks.FirstOrDefaultAsync(w => w.Id == id && w.GroupId == group, cancellationToken);

    /// <returns>Null when the group has as many as it may.</returns>
    public Task<WebhookResponse?> CreateAsync(Caller caller, Guid group, CreateWebhookRequest request, string[] types, CancellationToken cancellationToken)
        => db.Database.CreateExecutionStrategy().ExecuteAsync(
            async token =>
            {
                // What an earlier try added is still tracked.
                db.ChangeTracker.Clear();
                await using var transaction = await db.Database.BeginTransactionAsync(token);
                // One at a time in a group, or several at once would count the same free place.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({PlacesLock}, hashtext({group.ToString()}))", token);
                if (await db.Webhooks.CountAsync(w => w.GroupId == group, token) >= MostPerGroup)
                {
                    return null;
                }

                var (shown, webhook) = Make(caller, group, request, types);
                db.Webhooks.Add(webhook);
                Tell(WebhookEvents.Created, webhook, webhook.CreatedAt);
                await db.SaveChangesAsync(token);
                await transaction.CommitAsync(token);
                return Shown(webhook) with { Secret = shown };
            },
            cancellationToken);

    /// <returns>False when another change was faster.</returns>
    public Task<bool> UpdateAsync(Webhook webhook, WebhookSettings settings, string[] types, CancellationToken cancellationToken)
    {
        (webhook.Url, webhook.Types, webhook.Description, webhook.Ordered) = (settings.Url, types, settings.Description, settings.Ordered);
        if (settings.Enabled)
        {
            webhook.Enable();
        }
        else
        {
            webhook.Disable("manual");
        }

        return SaveAsync(webhook, WebhookEvents.Updated, cancellationToken);
    }

    /// <returns>Null when another change was faster.</returns>
    public async Task<RotatedSecretResponse?> RotateAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        var (shown, kept) = secrets.Make(webhook.Id);
        var until = clock.GetUtcNow() + options.Value.SecretOverlap;
        webhook.Rotate(kept, until);
        return await SaveAsync(webhook, WebhookEvents.SecretRotated, cancellationToken) ? new RotatedSecretResponse(shown, until) : null;
    }

    /// <returns>False when another change was faster.</returns>
    public async Task<bool> RemoveAsync(Webhook webhook, CancellationToken cancellationToken)
    {
        db.Webhooks.Remove(webhook);
        Tell(WebhookEvents.Deleted, webhook, clock.GetUtcNow());
        return await TrySaveAsync(cancellationToken);
    }

    private Task<bool> SaveAsync(Webhook webhook, string type, CancellationToken cancellationToken)
    {
        webhook.UpdatedAt = clock.GetUtcNow();
        webhook.Version++;
        Tell(type, webhook, webhook.UpdatedAt);
        return TrySaveAsync(cancellationToken);
    }

    private (string Secret, Webhook Webhook) Make(Caller caller, Guid group, CreateWebhookRequest request, string[] types)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var (shown, kept) = secrets.Make(id);
        return (shown, new Webhook
        {
            Id = id,
            GroupId = group,
            Url = request.Url,
            Types = types,
            Subtree = request.Scope == "subtree",
            Description = request.Description,
            Ordered = request.Ordered,
            Secret = kept,
            CreatedBy = caller.PersonId ?? caller.Id,
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    private async Task<bool> TrySaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            // Whoever tries again reads it anew, and what this try would have told is not told.
            db.ChangeTracker.Clear();
            return false;
        }
    }

    private void Tell(string type, Webhook webhook, DateTimeOffset now)
        => db.Publish(WebhookEvents.Of(type, webhook.Id, webhook.GroupId, webhook.Url, webhook.Version, null, origin.Current, now));

    private static WebhookResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2), row.GetBoolean(3) ? "subtree" : "self",
        row.IsDBNull(4) ? null : row.GetString(4), row.GetBoolean(5), row.GetString(6) == Webhook.Active,
        row.IsDBNull(7) ? null : row.GetString(7), Time(row, 8), Time(row, 9), row.IsDBNull(10) ? null : row.GetGuid(10),
        row.GetFieldValue<DateTimeOffset>(11), row.GetFieldValue<DateTimeOffset>(12), row.GetInt64(13));

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
