using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.SecondFactors;

/// <summary>Ten codes of fifty random bits, stored as tagged hashes.</summary>
internal sealed class RecoveryCodes(IdentityDb db, DerivedKeys secrets, TimeProvider clock)
{
    private const int Count = 10;
    private const int Length = 10;

    // Without the letters and digits that look alike.
    private const string Alphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    /// <summary>New codes in place of all before, with the unit of work.</summary>
    public async Task<IReadOnlyList<string>> ReplaceAsync(Guid userId, CancellationToken cancellationToken)
    {
        await RemoveAsync(userId, cancellationToken);
        var codes = Enumerable.Range(0, Count).Select(_ => RandomNumberGenerator.GetString(Alphabet, Length)).ToList();
        db.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCode { UserId = userId, Hash = HashOf(userId, code) }));
        return [.. codes.Select(code => $"{code[..5]}-{code[5..]}")];
    }

    /// <summary>Takes them away, with the unit of work.</summary>
    public async Task RemoveAsync(Guid userId, CancellationToken cancellationToken)
        => db.RecoveryCodes.RemoveRange(await db.RecoveryCodes.Where(c => c.UserId == userId).ToListAsync(cancellationToken));

    /// <summary>One statement decides between two that come at once.</summary>
    public async Task<bool> SpendAsync(Guid userId, string code, CancellationToken cancellationToken)
    {
        var (hash, now) = (HashOf(userId, code), clock.GetUtcNow());
        return await db.RecoveryCodes
            .Where(c => c.UserId == userId && c.Hash == hash && c.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.UsedAt, now), cancellationToken) == 1;
    }

    private byte[] HashOf(Guid userId, string code)
        => secrets.Tag("recovery code", $"{userId} {code.Replace("-", "", StringComparison.Ordinal).Trim().ToLowerInvariant()}");
}
