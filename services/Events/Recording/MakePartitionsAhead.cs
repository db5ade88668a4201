using Npgsql;

namespace OnePlatform.Events.Recording;

/// <summary>Makes the partitions of the coming months long before their first event. Any instance may; the second finds nothing to do.</summary>
internal sealed partial class MakePartitionsAhead(NpgsqlDataSource dataSource, TimeProvider clock, ILogger<MakePartitionsAhead> logger)
    : BackgroundService
{
    private const int MonthsAhead = 3;
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
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
            {
                LogFailed(exception);
            }
        }
        while (await NextAsync(timer, stoppingToken));
    }

    /// <returns>How many were missing.</returns>
    internal async Task<int> MakeAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand("select make_event_partitions($1, $2)");
        command.Parameters.Add(new NpgsqlParameter { Value = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime) });
        command.Parameters.Add(new NpgsqlParameter { Value = MonthsAhead + 1 });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
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
