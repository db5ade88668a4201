using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Profile;

/// <summary>
/// Deletes an account. The row stays without anything personal, so that ids in other services lead to "nobody" and not to an
/// error; everything else of the person goes.
/// </summary>
internal sealed class Deletions(IdentityDb db, SessionStore sessions, KeyRevocations keys, AuthLog log, TimeProvider clock)
{
    public async Task DeleteAsync(User user, CancellationToken cancellationToken)
    {
        var (now, email) = (clock.GetUtcNow(), user.Email);
        await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await sessions.EndAllAsync(user.Id, except: null, "account_deleted", cancellationToken);
            await keys.EndAllOwnedOnlyByAsync(user.Id, cancellationToken);
            await db.Mails.Where(m => m.UserId == user.Id || m.Email == email).ExecuteDeleteAsync(cancellationToken);
            await db.OneTimeTokens.Where(t => t.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            await db.SecondFactors.Where(f => f.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            await db.LinkedAccounts.Where(l => l.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            await db.RecoveryCodes.Where(c => c.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            var subject = user.Id.ToString();
            await db.ClientTokens.Where(t => t.Subject == subject).ExecuteDeleteAsync(cancellationToken);
            await db.ClientAuthorizations.Where(a => a.Subject == subject).ExecuteDeleteAsync(cancellationToken);
            user.Email = $"{user.Id:N}@deleted.invalid";
            user.Name = "Deleted user";
            user.PasswordHash = null;
            user.EmailVerified = false;
            user.SecondFactorEnabled = false;
            user.DeletedAt = now;
            user.Change(now);
            log.AddChange(user, "user_deleted", new { });
            await db.SaveChangesAsync(cancellationToken);

            // The rows carry addresses and browsers; who is refused until when went out with the event.
            await db.Sessions.Where(s => s.UserId == user.Id).ExecuteDeleteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        });
    }
}
