using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Linked;

internal enum UnlinkOutcome
{
    Unlinked,
    Unknown,
    LastWayIn,
}

/// <summary>The ways in that a person has: a password, and accounts at providers.</summary>
internal sealed class Links(IdentityDb db, SessionStore sessions, MailQueue mails, AuthLog log, TimeProvider clock)
{
    private static readonly SignInOutcome.Refused s_noSession = new(
        StatusCodes.Status401Unauthorized, "session_revoked", "The session that asked for the link has ended. Sign in again.");

    private static readonly SignInOutcome.Refused s_unverified = new(
        StatusCodes.Status403Forbidden, "email_not_verified", "Verify the e-mail address, here and at the provider, before linking the two.");

    private static readonly SignInOutcome.Refused s_taken = new(
        StatusCodes.Status409Conflict, "account_linked", "This account of the provider is linked to somebody, or you have another one linked already.");

    public async Task<User?> FindUserAsync(ExternalPerson person, CancellationToken cancellationToken)
        => await db.LinkedAccounts
            .Where(l => l.Provider == person.Provider && l.Subject == person.Subject)
            .Join(db.Users.Where(u => u.DeletedAt == null), l => l.UserId, u => u.Id, (_, u) => u)
            .FirstOrDefaultAsync(cancellationToken);

    public Task<bool> HasAsync(Guid userId, string provider, CancellationToken cancellationToken)
        => db.LinkedAccounts.AnyAsync(l => l.UserId == userId && l.Provider == provider, cancellationToken);

    /// <summary>Adds a link to the unit of work; its person hears of it, unless the account begins with it.</summary>
    public void Add(User user, ExternalPerson person, bool isSignUp = false)
    {
        var now = clock.GetUtcNow();
        db.LinkedAccounts.Add(new LinkedAccount { Provider = person.Provider, Subject = person.Subject, UserId = user.Id, CreatedAt = now });
        if (!isSignUp)
        {
            mails.Add(MailKinds.AccountLinked, user);
            log.AddBy(user.Id, "oauth_linked", new { provider = person.Provider });
        }
    }

    /// <summary>Links a provider to the person of a session. Once both addresses are verified: what waits in an account that somebody else began is no way in later.</summary>
    /// <returns>Null when linked.</returns>
    public async Task<SignInOutcome?> AddAsync(Guid sessionId, ExternalPerson person, CancellationToken cancellationToken)
    {
        if (await sessions.FindLiveAsync(sessionId, cancellationToken) is not var (_, user))
        {
            return s_noSession;
        }

        if (!user.EmailVerified || !person.EmailVerified)
        {
            return s_unverified;
        }

        if (await FindUserAsync(person, cancellationToken) is { } owner)
        {
            return owner.Id == user.Id ? null : s_taken;
        }

        Add(user, person);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation,
            ConstraintName: LinkedAccount.SubjectIsUnique or LinkedAccount.OnePerProvider,
        })
        {
            return s_taken;
        }
    }

    public async Task<IReadOnlyList<LinkedAccountResponse>> ListAsync(User user, CancellationToken cancellationToken)
    {
        var linked = await db.LinkedAccounts
            .Where(l => l.UserId == user.Id)
            .OrderBy(l => l.CreatedAt)
            .Select(l => new LinkedAccountResponse(l.Provider, l.Subject, l.CreatedAt))
            .ToListAsync(cancellationToken);
        return user.PasswordHash is null ? linked : [new LinkedAccountResponse(LinkedAccount.Password, user.Id.ToString(), user.CreatedAt), .. linked];
    }

    /// <summary>Takes a way in away, but never the last: of two at once, the second waits and counts what the first has left.</summary>
    public async Task<UnlinkOutcome> RemoveAsync(User user, string provider, CancellationToken cancellationToken)
        => await db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Database.ExecuteSqlAsync($"select id from users where id = {user.Id} for update", cancellationToken);
            await db.Entry(user).ReloadAsync(cancellationToken);
            var ways = await ListAsync(user, cancellationToken);
            if (!ways.Any(w => w.Provider == provider))
            {
                return UnlinkOutcome.Unknown;
            }

            if (ways.Count == 1)
            {
                return UnlinkOutcome.LastWayIn;
            }

            await db.LinkedAccounts.Where(l => l.UserId == user.Id && l.Provider == provider).ExecuteDeleteAsync(cancellationToken);
            if (provider == LinkedAccount.Password)
            {
                user.PasswordHash = null;
            }

            mails.Add(MailKinds.AccountUnlinked, user);
            log.AddBy(user.Id, "oauth_unlinked", new { provider });
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            return UnlinkOutcome.Unlinked;
        });
}
