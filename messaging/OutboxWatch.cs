using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OnePlatform.Messaging;

/// <summary>Looks at the outbox every few seconds for metrics and health, and forgets old inbox rows.</summary>
internal sealed partial class OutboxWatch(
    OutboxTable outbox, OutboxMetrics metrics, IOptions<OutboxOptions> options, TimeProvider clock, ILogger<OutboxWatch> logger)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan s_pruneInterval = TimeSpan.FromHours(1);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        => Task.FromResult(metrics.State.Failed == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"{metrics.State.Failed} events were set aside and wait for redrive."));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pruneAt = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var now = clock.GetUtcNow();
                metrics.Refresh(await outbox.StateAsync(now, stoppingToken));
                if (now >= pruneAt)
                {
                    await outbox.PruneInboxAsync(now - options.Value.InboxRetention, stoppingToken);
                    pruneAt = now + s_pruneInterval;
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                LogBlind(exception);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(options.Value.WatchInterval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The outbox cannot be looked at; its metrics are stale.")]
    private partial void LogBlind(Exception exception);
}
