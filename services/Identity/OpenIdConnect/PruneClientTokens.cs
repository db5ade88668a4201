using Npgsql;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>Deletes tokens long over, a few times a day. Spent ones stay for a while, because one that comes back was copied.</summary>
internal sealed partial class PruneClientTokens(IServiceScopeFactory scopes, TimeProvider clock, ILogger<PruneClientTokens> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(14);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PruneAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                LogLater(exception);
            }
        }
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActAsSystem();
        var threshold = clock.GetUtcNow() - s_kept;
        await scope.ServiceProvider.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(threshold, cancellationToken);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(threshold, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Old tokens of clients could not be deleted; the next round will.")]
    private partial void LogLater(Exception exception);
}
