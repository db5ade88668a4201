using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OnePlatform.ServiceDefaults;

/// <summary>Deletes what is over, at intervals; a round that fails is said, and left to the next.</summary>
/// <param name="interval">Before the first round, and between two.</param>
/// <param name="what">What it deletes, for the log, as a sentence begins.</param>
/// <param name="clock">Of the intervals, and of what is over.</param>
/// <param name="logger">The deletion's own.</param>
public abstract partial class PeriodicDeletion(TimeSpan interval, string what, TimeProvider clock, ILogger logger) : BackgroundService
{
    /// <summary>What time it is.</summary>
    protected TimeProvider Clock => clock;

    /// <summary>One round. An instance beside this one may be at it, too.</summary>
    public abstract Task ForgetAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogLater(exception, what);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "{What} could not be deleted; the next round will.")]
    private partial void LogLater(Exception exception, string what);
}
