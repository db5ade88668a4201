using Microsoft.EntityFrameworkCore;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;

namespace OnePlatform.Identity.Data;

/// <summary>
/// Deletes sessions and tokens long over, a few times a day. Spent ones stay for a while, because one that comes back was copied,
/// and sessions too, because they tell a person's own addresses from strangers'.
/// </summary>
internal sealed class ForgetWhatIsOver(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ForgetWhatIsOver> logger)
    : PeriodicWork(s_interval, "Sessions and tokens that are over could not be deleted", clock, logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_tokensKept = TimeSpan.FromDays(14);
    private static readonly TimeSpan s_sessionsKept = TimeSpan.FromDays(30);

    public override async Task RoundAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        services.GetRequiredService<TenantScope>().ActAsSystem();
        var (db, now) = (services.GetRequiredService<IdentityDb>(), Clock.GetUtcNow());
        var (tokens, sessions) = (now - s_tokensKept, now - s_sessionsKept);
        await db.RefreshTokens.Where(t => t.ExpiresAt < tokens).ExecuteDeleteAsync(cancellationToken);
        await db.OneTimeTokens.Where(t => t.ExpiresAt < tokens).ExecuteDeleteAsync(cancellationToken);
        await db.Sessions.Where(s => s.ExpiresAt < sessions || s.RevokedAt < sessions).ExecuteDeleteAsync(cancellationToken);
        await services.GetRequiredService<IOpenIddictTokenManager>().PruneAsync(tokens, cancellationToken);
        await services.GetRequiredService<IOpenIddictAuthorizationManager>().PruneAsync(tokens, cancellationToken);
    }
}
