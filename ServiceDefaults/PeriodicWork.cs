using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OnePlatform.ServiceDefaults;

/// <summary>Does its work at intervals; a round that fails is said, and the next goes on.</summary>
/// <param name="interval">Between two rounds.</param>
/// <param name="failed">What is so after a round that failed, for the log, as a sentence begins.</param>
/// <param name="clock">Of the intervals, and of the work.</param>
/// <param name="logger">The work's own.</param>
/// <param name="atOnce">Whether the first round is at the start, not an interval later.</param>
public abstract partial class PeriodicWork(TimeSpan interval, string failed, TimeProvider clock, ILogger logger, bool atOnce = false) : BackgroundService
{
    /// <summary>What time it is.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>The work's own.</summary>
    protected ILogger Logger => logger;

    /// <summary>One round. An instance beside this one may be at it, too.</summary>
    public abstract Task RoundAsync(CancellationToken cancellationToken);

    /// <summary>For a figure of rounds that failed.</summary>
    protected virtual void CountFailure()
    {
    }

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        for (var isDue = atOnce; isDue || await timer.WaitForNextTickAsync(stoppingToken); isDue = false)
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                CountFailure();
                LogLater(exception, failed);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Failed}; the next round goes on.")]
    private partial void LogLater(Exception exception, string failed);
}
