
namespace OnePlatform.Identity.Tokens;

/// <summary>Reads the signing keys before the first request, and again every few minutes for what other instances have made.</summary>
internal sealed partial class RotateSigningKeys(SigningKeyRing ring, TimeProvider clock, ILogger<RotateSigningKeys> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ring.RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                await ring.RefreshAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogStale(exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "The signing keys cannot be read; those known go on being used.")]
    private partial void LogStale(Exception exception);
}
