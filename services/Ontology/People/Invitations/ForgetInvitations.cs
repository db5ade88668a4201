using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People.Invitations;

/// <summary>
/// Deletes invitations long over, a few times a day: they hold names and addresses of people. For a while they stay, so that whoever
/// follows an old link learns why it leads nowhere.
/// </summary>
internal sealed partial class ForgetInvitations(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ForgetInvitations> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ForgetAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogLater(exception);
            }
        }
    }

    internal async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActAsSystem();
        var until = clock.GetUtcNow() - s_kept;
        await scope.ServiceProvider.GetRequiredService<OntologyDb>().Invitations
            .Where(i => i.ClosedAt < until || i.ExpiresAt < until).ExecuteDeleteAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Invitations that are over could not be deleted; the next round will.")]
    private partial void LogLater(Exception exception);
}
