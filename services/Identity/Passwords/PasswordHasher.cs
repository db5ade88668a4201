using BCrypt.Net;
using Microsoft.Extensions.Options;
using static BCrypt.Net.BCrypt;

namespace OnePlatform.Identity.Passwords;

/// <param name="NewHash">To be stored instead, because the configured cost has changed since.</param>
internal sealed record PasswordCheck(bool Succeeded, string? NewHash = null);

/// <summary>
/// bcrypt over SHA-384 in base64. bcrypt itself reads 72 bytes and stops at a zero byte; the digest has neither trouble, so
/// passwords of any length and content count in full.
/// </summary>
internal sealed class PasswordHasher(IOptions<IdentityOptions> options, HashingThreads threads)
{
    private const HashType Digest = HashType.SHA384;

    // Of the present cost: checking a password for an account that does not exist takes as long as for one that does.
    private readonly Lazy<string> _nobodys = new(() => EnhancedHashPassword(Guid.NewGuid().ToString(), Digest, options.Value.BcryptCost));

    /// <exception cref="TimeoutException">Too many wait already.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken)
        => threads.RunAsync(() => EnhancedHashPassword(password, Digest, options.Value.BcryptCost), cancellationToken);

    /// <param name="hash">Null for an account that does not exist or has no password; costs the same time.</param>
    /// <param name="password">As given by the caller.</param>
    /// <exception cref="TimeoutException">Too many wait already.</exception>
    public Task<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancellationToken)
        => threads.RunAsync(
            () =>
            {
                if (!EnhancedVerify(password, hash ?? _nobodys.Value, Digest) || hash is null)
                {
                    return new PasswordCheck(Succeeded: false);
                }

                return HasOtherCost(hash)
                    ? new PasswordCheck(Succeeded: true, EnhancedHashPassword(password, Digest, options.Value.BcryptCost))
                    : new PasswordCheck(Succeeded: true);
            },
            cancellationToken);

    private bool HasOtherCost(string hash)
        => !InterrogateHash(hash).WorkFactor.Equals(options.Value.BcryptCost.ToString("00", System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
