using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

/// <summary>
/// Takes up jobs nobody works at: those of an instance that died, those whose next try is due, and those whose event is late
/// because the broker is away.
/// </summary>
internal sealed partial class ResumeJobs(
    IServiceScopeFactory scopes, NpgsqlDataSource dataSource, IOptions<IngestionOptions> options, TimeProvider clock, ILogger<ResumeJobs> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var (group, job) in await OpenAsync(stoppingToken))
                {
                    await using var work = scopes.CreateAsyncScope();
                    work.ServiceProvider.GetRequiredService<TenantScope>().ActIn(group);
                    await work.ServiceProvider.GetRequiredService<Ingestion>().RunAsync(group, job, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception ex) when (!stoppingToken.IsCancellationRequested)
            {
                LogInterrupted(ex);
            }

            await Task.Delay(options.Value.PollInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<List<(Guid Group, Guid Job)>> OpenAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var everywhere = new TenantScope();
        everywhere.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(everywhere);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select group_id, id from {IngestionJob.Table}
             where state in ('{JobStates.Queued}', '{JobStates.Running}') and (claimed_until is null or claimed_until < $1) and updated_at < $2
             order by created_at limit 20
             """)
        { Parameters = { new() { Value = now }, new() { Value = now - options.Value.Patience } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var jobs = new List<(Guid, Guid)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add((reader.GetGuid(0), reader.GetGuid(1)));
        }

        return jobs;
    }

    [LoggerMessage(LogLevel.Warning, "Jobs that wait could not be taken up; tried again soon.")]
    private partial void LogInterrupted(Exception exception);
}
