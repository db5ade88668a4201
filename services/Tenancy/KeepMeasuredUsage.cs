using MassTransit;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>Keeps what the services measured. Totals come in any order and more than once; the latest stays, so no inbox is needed.</summary>
/// <typeparam name="TDb">The service's context, for a queue name of its own.</typeparam>
public sealed class KeepMeasuredUsage<TDb>(NpgsqlDataSource dataSource, TenantScope scope) : IConsumer<UsageMeasured>
    where TDb : TenantDb
{
    // A counter's figure is the later the larger it is, whatever the clocks of two instances say. Rows in one order everywhere.
    private const string Upsert =
        $"""
        insert into {MeasuredUsage.Table} (group_id, metric, day, key_id, source, amount, measured_at)
        select l.group_id, l.metric, l.day, l.key_id, $6, l.amount, $7
        from unnest($1, $2, $3, $4, $5) l(group_id, metric, day, key_id, amount) order by 1, 2, 3, 4
        on conflict (group_id, metric, day, key_id, source) do update set amount = excluded.amount, measured_at = excluded.measured_at
        where case when excluded.metric = any($8) then {MeasuredUsage.Table}.amount < excluded.amount
            else {MeasuredUsage.Table}.measured_at < excluded.measured_at end
        """;

    public async Task Consume(ConsumeContext<UsageMeasured> context)
    {
        var (message, lines) = (context.Message, context.Message.Lines);
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Upsert)
        {
            Parameters =
            {
                new() { Value = lines.Select(l => l.GroupId).ToArray() },
                new() { Value = lines.Select(l => l.Metric).ToArray() },
                new() { Value = lines.Select(l => l.Day).ToArray() },
                new() { Value = lines.Select(l => l.KeyId ?? MeasuredUsage.NoKey).ToArray() },
                new() { Value = lines.Select(l => l.Amount).ToArray() },
                new() { Value = message.Source },
                new() { Value = message.OccurredAt },
                new() { Value = UsageMetrics.Counters.ToArray() },
            },
        });
        await batch.ExecuteNonQueryAsync(context.CancellationToken);
    }
}
