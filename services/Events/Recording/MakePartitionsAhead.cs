using Npgsql;

namespace OnePlatform.Events.Recording;

/// <summary>Makes the partitions of the coming months long before their first event. Any instance may; the second finds nothing to do.</summary>
internal sealed partial class MakePartitionsAhead(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<MakePartitionsAhead> logger)
    : BackgroundService
{
    private const int MonthsAhead = 3;
    // Any number will do, as long as every instance uses the same.
    private const long LockId = 0x6d6f_6e74_6873;
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(12);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        do
        {
            try
            {
                if (await MakeAsync(stoppingToken) is > 0 and var made)
                {
                    LogMade(made);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    /// <returns>How many were missing.</returns>
    internal async Task<int> MakeAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        // One after the other: two instances at once would both find a month missing.
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select pg_advisory_xact_lock({LockId})"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select make_event_partitions($1, $2)")
        {
            Parameters = { new() { Value = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime) }, new() { Value = MonthsAhead + 1 } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt32(0);
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "Made {Count} partitions of the event log ahead of time.")]
    private partial void LogMade(int count);

    [LoggerMessage(LogLevel.Error, "The partitions of the coming months could not be made; events of a month without one go to the rest.")]
    private partial void LogFailed(Exception exception);
}
