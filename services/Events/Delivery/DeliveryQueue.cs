using System.Data.Common;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Webhooks;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Delivery;

/// <summary>A claimed delivery with all that sending it takes.</summary>
/// <param name="Event">Null when retention has taken it meanwhile.</param>
/// <param name="PreviousSecret">While it is still to sign as well.</param>
internal sealed record ClaimedDelivery(
    EventResponse? Event, Guid WebhookId, Guid EventId, int Attempts, Guid GroupId, string Url, byte[] Secret, byte[]? PreviousSecret,
    DateTimeOffset? FailingSince);

/// <summary>What is on its way to receivers, across all tenants.</summary>
internal sealed class DeliveryQueue(NpgsqlDataSource dataSource, IOptions<WebhookOptions> options, OutboxSignal signal, TimeProvider clock)
{
    private const int EventsPerCursor = 500;
    // Any numbers will do, as long as every instance uses the same.
    private const long FanOutLock = 0x6661_6e6f_7574;
    private const long ClaimLock = 0x636c_6169_6d73;

    /// <summary>Asked before anything else: where nobody has a webhook, whatever is recorded would look for receivers in vain.</summary>
    public async Task<bool> HasReceiversAsync(CancellationToken cancellationToken)
    {
        await using var batch = Batch(DeliverySql.HasReceivers);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        // The first result is the scope's.
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetBoolean(0);
    }

    /// <returns>How many webhooks got something, or were looked through for it.</returns>
    public async Task<int> FanOutAsync(CancellationToken cancellationToken)
    {
        await using var batch = Batch($"select pg_advisory_xact_lock({FanOutLock})");
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.Begin));
        var handed = new NpgsqlBatchCommand(DeliverySql.FanOut) { Parameters = { new() { Value = (long)EventsPerCursor }, new() { Value = clock.GetUtcNow() } } };
        batch.BatchCommands.Add(handed);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return handed.RecordsAffected;
    }

    public async Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(int most, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var batch = Batch($"select pg_advisory_xact_lock({ClaimLock})");
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.Claim)
        {
            Parameters =
            {
                new() { Value = now }, new() { Value = (long)options.Value.PerReceiver }, new() { Value = most },
                // Twice the longest attempt: only an instance that died lets it pass.
                new() { Value = now + (2 * options.Value.Timeout) + TimeSpan.FromSeconds(10) }, new() { Value = options.Value.FailuresBeforePause },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var claimed = new List<ClaimedDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(Read(reader));
        }

        return claimed;
    }

    public async Task SucceededAsync(ClaimedDelivery delivery, AttemptResponse attempt, CancellationToken cancellationToken)
    {
        await using var batch = Batch();
        var outcome = Outcome(DeliverySql.Succeeded, delivery, attempt);
        outcome.Parameters.Add(new() { Value = clock.GetUtcNow() });
        batch.BatchCommands.Add(outcome);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a delivery that cannot be made; its receiver has not failed.</summary>
    public async Task GiveUpAsync(ClaimedDelivery delivery, AttemptResponse attempt, CancellationToken cancellationToken)
    {
        await using var batch = Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(DeliverySql.GivenUp)
        {
            Parameters = { new() { Value = delivery.WebhookId }, new() { Value = delivery.EventId }, LogOf(attempt) },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <param name="dueAt">When to try again; null gives up.</param>
    /// <param name="askedUntil">The receiver asked to get nothing before then.</param>
    /// <param name="disabledReason">Set when the receiver is to get nothing more; its group's log then says so.</param>
    public async Task FailedAsync(
        ClaimedDelivery delivery, AttemptResponse attempt, DateTimeOffset? dueAt, DateTimeOffset? askedUntil, string? disabledReason,
        CancellationToken cancellationToken)
    {
        var told = OutboxMessage.For(WebhookEvents.Of(
            WebhookEvents.Disabled, delivery.WebhookId, delivery.GroupId, delivery.Url, version: null, disabledReason, EventOrigin.System, attempt.At));
        await using var batch = Batch();
        var outcome = Outcome(DeliverySql.FailedOnce, delivery, attempt);
        outcome.Parameters.Add(new() { Value = (object?)dueAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        outcome.Parameters.Add(new() { Value = (object?)askedUntil ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        outcome.Parameters.Add(new() { Value = (object?)disabledReason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        outcome.Parameters.Add(new() { Value = told.EventId });
        outcome.Parameters.Add(new() { Value = told.Type });
        outcome.Parameters.Add(new() { Value = told.Body });
        outcome.Parameters.Add(new() { Value = clock.GetUtcNow() });
        outcome.Parameters.Add(new() { Value = options.Value.FailuresBeforePause });
        outcome.Parameters.Add(new() { Value = options.Value.Pause });
        batch.BatchCommands.Add(outcome);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        if (disabledReason is not null)
        {
            signal.Wake();
        }
    }

    private static NpgsqlBatchCommand Outcome(string sql, ClaimedDelivery delivery, AttemptResponse attempt) => new(sql)
    {
        Parameters =
        {
            new() { Value = delivery.WebhookId },
            new() { Value = delivery.EventId },
            new() { Value = attempt.At },
            LogOf(attempt),
        },
    };

    private static NpgsqlParameter LogOf(AttemptResponse attempt)
        => new() { Value = JsonSerializer.Serialize(attempt, ApiJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static ClaimedDelivery Read(DbDataReader row) => new(
        row.IsDBNull(0) ? null : EventRow.Read(row),
        row.GetGuid(18), row.GetGuid(19), row.GetInt32(20), row.GetGuid(21), row.GetString(22), row.GetFieldValue<byte[]>(23),
        row.IsDBNull(24) ? null : row.GetFieldValue<byte[]>(24),
        row.IsDBNull(25) ? null : row.GetFieldValue<DateTimeOffset>(25));

    private NpgsqlBatch Batch(params ReadOnlySpan<string> statements)
    {
        // Receivers of every tenant are served here.
        var scope = new TenantScope();
        scope.ActAsSystem();
        var batch = dataSource.CreateTenantBatch(scope);
        foreach (var sql in statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        return batch;
    }
}
