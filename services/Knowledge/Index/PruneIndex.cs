using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// Forgets removals once a group has many: they are only there for copies to catch up with, and a copy that is older than the oldest
/// one begins again.
/// </summary>
internal sealed partial class PruneIndex(NpgsqlDataSource dataSource, IOptions<IndexOptions> options, TimeProvider clock, ILogger<PruneIndex> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await PruneAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(ex);
            }

            await Task.Delay(options.Value.PruneInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        var everywhere = new TenantScope();
        everywhere.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(everywhere);

        // The state's row first, as every writer has it, so that no removal comes between counting and forgetting.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             with many as (select group_id from {IndexEntry.Table} where removed group by group_id having count(*) >= $1),
             held as (update {IndexState.Table} s set forgotten_up_to = s.change from many where s.group_id = many.group_id returning s.group_id, s.change)
             delete from {IndexEntry.Table} e using held where e.group_id = held.group_id and e.removed and e.change <= held.change
             """)
        { Parameters = { new() { Value = options.Value.PruneAt } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Removals could not be forgotten; tried again later.")]
    private partial void LogInterrupted(Exception exception);
}
