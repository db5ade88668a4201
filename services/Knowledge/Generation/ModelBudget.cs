using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Generation;

/// <summary>Tokens of the language model a group may use in a month, by its plan; section <c>ModelBudget</c>. Null means no limit.</summary>
internal sealed class ModelBudgetOptions
{
    public const string Section = "ModelBudget";

    public long? Starter { get; set; } = 100_000;

    public long? Pro { get; set; } = 1_000_000;

    public long? Enterprise { get; set; }

    public long? Of(string plan) => plan switch
    {
        "enterprise" => Enterprise,
        "pro" => Pro,
        _ => Starter,
    };
}

/// <summary>What groups have used of the language model this month, and whether there is something left.</summary>
internal sealed class ModelBudget(
    NpgsqlDataSource dataSource, TenantScope scope, IOptions<ModelBudgetOptions> options, AnswerMetrics metrics, TimeProvider clock)
{
    private DateOnly Month
    {
        get
        {
            var now = clock.GetUtcNow();
            return new DateOnly(now.Year, now.Month, 1);
        }
    }

    /// <summary>
    /// What an answer will cost is known when it is there, so a request may begin as long as anything is left: a group can be over its
    /// quota by the answers that were being written when it ran out.
    /// </summary>
    /// <returns>Null when the group may ask.</returns>
    public async Task<ProblemHttpResult?> RefusalAsync(Guid groupId, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select coalesce((select g.plan from {GroupNode.Table} g where g.id = $1), 'starter'),
                 coalesce((select u.input_tokens + u.output_tokens from {ModelUsage.Table} u where u.group_id = $1 and u.month = $2), 0)
             """)
        { Parameters = { new() { Value = groupId }, new() { Value = Month } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return options.Value.Of(reader.GetString(0)) is { } most && reader.GetInt64(1) >= most
            ? Problems.Forbidden("quota_exceeded", $"The group has used its {most} tokens of this month; the next month begins on {Month.AddMonths(1):yyyy-MM-dd}.")
            : null;
    }

    public async Task SpendAsync(Guid groupId, int inputTokens, int outputTokens, CancellationToken cancellationToken)
    {
        metrics.Spent(inputTokens, outputTokens);
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             insert into {ModelUsage.Table} (group_id, month, requests, input_tokens, output_tokens, updated_at) values ($1, $2, 1, $3, $4, $5)
             on conflict (group_id, month) do update set requests = {ModelUsage.Table}.requests + 1, updated_at = excluded.updated_at,
                 input_tokens = {ModelUsage.Table}.input_tokens + excluded.input_tokens, output_tokens = {ModelUsage.Table}.output_tokens + excluded.output_tokens
             """)
        {
            Parameters =
            {
                new() { Value = groupId }, new() { Value = Month }, new() { Value = (long)inputTokens }, new() { Value = (long)outputTokens },
                new() { Value = clock.GetUtcNow() },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
