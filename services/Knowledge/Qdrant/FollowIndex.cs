using Microsoft.Extensions.Options;
using OnePlatform.Knowledge.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>Puts into Qdrant what was indexed, so that searches seldom have to wait for it; after an outage, what was missed.</summary>
internal sealed partial class FollowIndex(
    QdrantFeed feed, IOptions<IngestionOptions> options, TimeProvider clock, ILogger<FollowIndex> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                foreach (var group in await feed.BehindAsync(stoppingToken))
                {
                    var scope = new TenantScope();
                    scope.ActIn(group);
                    await feed.SyncAsync(scope, stoppingToken);
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

    [LoggerMessage(LogLevel.Warning, "Qdrant could not be brought up to date; tried again soon.")]
    private partial void LogInterrupted(Exception exception);
}
