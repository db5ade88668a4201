using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People.Invitations;

/// <summary>
/// Deletes invitations long over, a few times a day: they hold names and addresses of people. For a while they stay, so that whoever
/// follows an old link learns why it leads nowhere.
/// </summary>
internal sealed class ForgetInvitations(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ForgetInvitations> logger)
    : PeriodicWork(s_interval, "Invitations that are over could not be deleted", clock, logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    public override async Task RoundAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().ActAsSystem();
        var until = Clock.GetUtcNow() - s_kept;
        await scope.ServiceProvider.GetRequiredService<OntologyDb>().Invitations
            .Where(i => i.ClosedAt < until || i.ExpiresAt < until).ExecuteDeleteAsync(cancellationToken);
    }
}
