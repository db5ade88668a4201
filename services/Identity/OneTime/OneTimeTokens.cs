using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.OneTime;

/// <summary>Spends one-time secrets: each once, for its own purpose, before its end, and only while its person has that address.</summary>
internal sealed class OneTimeTokens(IdentityDb db, DerivedKeys secrets, TimeProvider clock)
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

    /// <summary>Spends a link's token.</summary>
    public async Task<(OneTimeToken Token, User User)?> SpendAsync(string text, string purpose, CancellationToken cancellationToken)
        => await FindAsync(text, purpose, cancellationToken) is { } found && await SpendAsync(found.Token, cancellationToken) ? found : null;

    /// <summary>Spends the code of the latest mail to that address. Every try counts before it is compared, so that tries at once count too.</summary>
    public async Task<(OneTimeToken Token, User User)?> SpendCodeAsync(string email, string code, string purpose, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var latest = Live().Where(t => t.Email == email && t.Purpose == purpose && t.CodeHash != null).OrderByDescending(t => t.CreatedAt).Take(1);
        if (await WithUserAsync(latest, cancellationToken) is not { } found)
        {
            return null;
        }

        var counted = await db.OneTimeTokens
            .Where(t => t.Id == found.Token.Id && t.CodeFailures < MostCodeFailures)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.CodeFailures, t => t.CodeFailures + 1), cancellationToken);
        return counted == 1
            && CryptographicOperations.FixedTimeEquals(HashOfCode(secrets, found.Token.Id, code.Trim()), found.Token.CodeHash)
            && await SpendAsync(found.Token, cancellationToken)
            ? found
            : null;
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
        var now = clock.GetUtcNow();
        await db.OneTimeTokens
            .Where(t => t.UserId == userId && t.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.UsedAt, now), cancellationToken);
    }

    private IQueryable<OneTimeToken> Live()
    {
        var now = clock.GetUtcNow();
        return db.OneTimeTokens.AsNoTracking().Where(t => t.UsedAt == null && t.ExpiresAt > now);
    }

    private async Task<(OneTimeToken Token, User User)?> WithUserAsync(IQueryable<OneTimeToken> tokens, CancellationToken cancellationToken)
    {
        if (await tokens.FirstOrDefaultAsync(cancellationToken) is not { } token)
        {
            return null;
        }

        // The address of a change is not the person's yet; every other mail is void once the address is no longer theirs.
        var user = await db.Users.FirstOrDefaultAsync(u => u.Id == token.UserId && u.DeletedAt == null, cancellationToken);
        return user is not null && (token.Purpose == OneTimePurposes.ChangeEmail || user.Email == token.Email) ? (token, user) : null;
    }
}
