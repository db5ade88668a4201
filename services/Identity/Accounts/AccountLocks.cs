using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Sessions;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Accounts;

/// <summary>Closes accounts until somebody opens them again; those who run the platform do, never an attempt to sign in.</summary>
internal sealed class AccountLocks(IdentityDb db, SessionStore sessions, AuthLog log, RequestOrigin origin, TimeProvider clock)
{
    /// <returns>False when there is no such account.</returns>
    public async Task<bool> CloseAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!await SetAsync(userId, clock.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        // From the statement before on, no session of the account counts; this ends the tokens that are out already.
        await sessions.EndAllAsync(userId, except: null, "account_locked", cancellationToken);
        await LogAsync(userId, "user_locked", cancellationToken);
        return true;
    }

    /// <returns>False when there is no such account.</returns>
    public async Task<bool> OpenAsync(Guid userId, CancellationToken cancellationToken)
    {
        if (!await SetAsync(userId, lockedAt: null, cancellationToken))
        {
            return false;
        }

        await LogAsync(userId, "user_unlocked", cancellationToken);
        return true;
    }

    private async Task<bool> SetAsync(Guid userId, DateTimeOffset? lockedAt, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        return await db.Users
            .Where(u => u.Id == userId && u.DeletedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(u => u.LockedAt, lockedAt), cancellationToken) == 1;
    }

    private async Task LogAsync(Guid userId, string type, CancellationToken cancellationToken)
    {
        log.Add(type, userId, new { by = origin.Current.ActorId });
        await db.SaveChangesAsync(cancellationToken);
    }
}
