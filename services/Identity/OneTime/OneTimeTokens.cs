using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.OneTime;

/// <summary>Spends one-time secrets: each once, for its own purpose, before its end, and only while its person has that address.</summary>
internal sealed class OneTimeTokens(IdentityDb db, DerivedKeys secrets, AuthLog log, TimeProvider clock)
{
    private const int MostCodeFailures = 5;
    private static readonly TimeSpan s_challengeLife = TimeSpan.FromMinutes(5);

    public static byte[] HashOfCode(DerivedKeys secrets, Guid tokenId, string code) => secrets.Tag("one-time code", $"{tokenId} {code}");

    /// <summary>Adds a challenge to the unit of work.</summary>
    public OpaqueToken AddChallenge(User user, string firstMethod)
    {
        var (token, now) = (OpaqueToken.New(), clock.GetUtcNow());
        db.OneTimeTokens.Add(new OneTimeToken
        {
            Id = Guid.CreateVersion7(now),
            UserId = user.Id,
            Purpose = OneTimePurposes.SecondFactor,
            Email = user.Email,
            Method = firstMethod,
            TokenHash = token.Hash,
            CreatedAt = now,
            ExpiresAt = now + s_challengeLife,
        });
        return token;
    }

    /// <summary>The token as long as it is good, and its person; it stays good.</summary>
    public async Task<(OneTimeToken Token, User User)?> FindAsync(string text, string purpose, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var hash = OpaqueToken.HashOf(text);
        return await WithUserAsync(Live().Where(t => t.TokenHash == hash && t.Purpose == purpose), cancellationToken);
    }

    /// <summary>Spends a link's token; a failed attempt is written to the log.</summary>
    public async Task<(OneTimeToken Token, User User)?> SpendAsync(string text, IReadOnlyList<string> purposes, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var hash = OpaqueToken.HashOf(text);
        if (await WithUserAsync(Live().Where(t => t.TokenHash == hash && purposes.Contains(t.Purpose)), cancellationToken) is { } found
            && await SpendAsync(found.Token, cancellationToken))
        {
            return found;
        }

        log.AddFailure(user: null, "invalid_token");
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    /// <summary>
    /// Spends the code of the latest mail to that address. Every try counts before it is compared, so that tries at once count too.
    /// One that fails is the same statements in one transaction whether or not the address has an account: the time does not tell.
    /// </summary>
    public Task<(OneTimeToken Token, User User)?> SpendCodeAsync(string email, string code, IReadOnlyList<string> purposes, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        return db.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            (OneTimeToken Token, User User)? spent = null;
            User? owner = null;
            foreach (var purpose in purposes)
            {
                var latest = Live().Where(t => t.Email == email && t.Purpose == purpose && t.CodeHash != null).OrderByDescending(t => t.CreatedAt).Take(1);
                var found = await WithUserAsync(latest, cancellationToken);
                owner ??= found?.User;
                if (await CountAsync(found?.Token.Id ?? Guid.Empty, cancellationToken) && found is var (token, _)
                    && CryptographicOperations.FixedTimeEquals(HashOfCode(secrets, token.Id, code.Trim()), token.CodeHash)
                    && await SpendAsync(token, cancellationToken))
                {
                    spent = found;
                    break;
                }
            }

            if (spent is null)
            {
                log.AddFailure(owner, "invalid_code");
                await db.SaveChangesAsync(cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            return spent;
        });
    }

    /// <summary>One statement decides between two that come at once.</summary>
    public async Task<bool> SpendAsync(OneTimeToken token, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return await db.OneTimeTokens
            .Where(t => t.Id == token.Id && t.UsedAt == null && t.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), cancellationToken) == 1;
    }

    /// <summary>Ends every link and code of the person: what was mailed before a new password is not a way around it.</summary>
    public async Task EndAllAsync(Guid userId, CancellationToken cancellationToken)
    {
        // Of mails that wait to be sent, those to another address than the person's own.
        await db.Mails.Where(m => m.UserId == userId && m.Kind == OneTimePurposes.ChangeEmail).ExecuteDeleteAsync(cancellationToken);
        var now = clock.GetUtcNow();
        await db.OneTimeTokens
            .Where(t => t.UserId == userId && t.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), cancellationToken);
    }

    private async Task<bool> CountAsync(Guid tokenId, CancellationToken cancellationToken) => await db.OneTimeTokens
        .Where(t => t.Id == tokenId && t.CodeFailures < MostCodeFailures)
        .ExecuteUpdateAsync(set => set.SetProperty(t => t.CodeFailures, t => t.CodeFailures + 1), cancellationToken) == 1;

    private IQueryable<OneTimeToken> Live()
    {
        var now = clock.GetUtcNow();
        return db.OneTimeTokens.Where(t => t.UsedAt == null && t.ExpiresAt > now);
    }

    // The address of a change is not the person's yet; every other mail is void once the address is no longer theirs.
    private async Task<(OneTimeToken Token, User User)?> WithUserAsync(IQueryable<OneTimeToken> tokens, CancellationToken cancellationToken)
        => await tokens.Join(db.Users, t => t.UserId, u => u.Id, (t, u) => new { Token = t, User = u })
            .Where(f => f.User.DeletedAt == null && (f.Token.Purpose == OneTimePurposes.ChangeEmail || f.User.Email == f.Token.Email))
            .FirstOrDefaultAsync(cancellationToken) is { } found
            ? (found.Token, found.User)
            : null;
}
