using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Knowledge.Generation;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Quotas;

/// <summary>What groups have used of the language model, and whether there is something left of the month.</summary>
internal sealed class ModelBudget(
    NpgsqlDataSource dataSource, TenantScope scope, GroupQuotas quotas, RequestOrigin origin, OutboxSignal outbox, AnswerMetrics metrics, TimeProvider clock)
{
    private DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>
    /// What an answer will cost is known when it is there, so a request may begin as long as anything is left: a group can be over its
    /// quota by the answers that were being written when it ran out.
    /// </summary>
    /// <returns>Null when the group may ask.</returns>
    public async Task<ProblemHttpResult?> RefusalAsync(Guid groupId, CancellationToken cancellationToken)
    {
        if ((await quotas.FindAsync(groupId, cancellationToken)).AiTokensPerMonth is not { } most)
        {
            return null;
        }

        var month = Today.AddDays(1 - Today.Day);
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select coalesce(sum(input_tokens + output_tokens), 0)::bigint from {ModelUsage.Table} where group_id = $1 and day >= $2 and day < $3")
        { Parameters = { new() { Value = groupId }, new() { Value = month }, new() { Value = month.AddMonths(1) } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0) < most ? null : Problems.Forbidden(
            "quota_exceeded", $"The group has used its {most} tokens of this month; the next month begins on {month.AddMonths(1):yyyy-MM-dd}.");
    }

    public async Task SpendAsync(Guid groupId, int inputTokens, int outputTokens, CancellationToken cancellationToken)
    {
        metrics.Spent(inputTokens, outputTokens);
        var (now, day) = (clock.GetUtcNow(), Today);
        Guid? key = origin.Current is { ActorKind: ActorKinds.Key, ActorId: { } id } ? id : null;
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        long used;
        await using (var add = new NpgsqlCommand(
            $"""
             insert into {ModelUsage.Table} as u (group_id, day, key_id, requests, input_tokens, output_tokens, updated_at) values ($1, $2, $3, 1, $4, $5, $6)
             on conflict (group_id, day, key_id) do update set requests = u.requests + 1, updated_at = excluded.updated_at,
                 input_tokens = u.input_tokens + excluded.input_tokens, output_tokens = u.output_tokens + excluded.output_tokens
             returning input_tokens + output_tokens
             """, transaction.Connection)
        {
            Parameters =
            {
                new() { Value = groupId }, new() { Value = day }, new() { Value = key ?? MeasuredUsage.NoKey }, new() { Value = (long)inputTokens },
                new() { Value = (long)outputTokens }, new() { Value = now },
            },
        })
        {
            used = (long)(await add.ExecuteScalarAsync(cancellationToken))!;
        }

        await using (var tell = new NpgsqlBatch(transaction.Connection))
        {
            tell.BatchCommands.Add(OutboxMessage.InsertOf(new UsageMeasured(
                Guid.CreateVersion7(now), now, "knowledge", [new UsageLine(groupId, UsageMetrics.Tokens, day, key, used)])));
            await tell.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        outbox.Wake();
    }
}
