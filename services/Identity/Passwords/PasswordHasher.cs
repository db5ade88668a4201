using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace OnePlatform.Identity.Passwords;

/// <param name="NewHash">To be stored instead, because the configured cost has changed since.</param>
internal sealed record PasswordCheck(bool Succeeded, string? NewHash = null);

/// <summary>
/// bcrypt over SHA-384 in base64. bcrypt itself reads 72 bytes and stops at a zero byte; the digest has neither trouble, so
/// passwords of any length and content count in full.
/// </summary>
internal sealed class PasswordHasher(IOptions<IdentityOptions> options, HashingThreads threads)
{
    // Of the present cost: checking a password for an account that does not exist takes as long as for one that does.
    private readonly Lazy<string> _nobodys = new(() => Hash(Guid.NewGuid().ToString(), options.Value.BcryptCost));

    /// <exception cref="TimeoutException">Too many wait already.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken)
        => threads.RunAsync(() => Hash(password, options.Value.BcryptCost), cancellationToken);

    /// <param name="hash">Null for an account that does not exist or has no password; costs the same time.</param>
    /// <param name="password">As given by the caller.</param>
    /// <exception cref="TimeoutException">Too many wait already.</exception>
    public Task<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancellationToken)
        => threads.RunAsync(
            () =>
            {
                if (!Matches(password, hash ?? _nobodys.Value) || hash is null)
                {
                    return new PasswordCheck(Succeeded: false);
                }

                return CostOf(hash) == options.Value.BcryptCost
                    ? new PasswordCheck(Succeeded: true)
                    : new PasswordCheck(Succeeded: true, Hash(password, options.Value.BcryptCost));
            },
            cancellationToken);

    private static string Hash(string password, int cost) => Bcrypt.Hash(Digest(password), BCrypt.Net.BCrypt.GenerateSalt(cost));

    private static bool Matches(string password, string hash)
        => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Bcrypt.Hash(Digest(password), hash)), Encoding.ASCII.GetBytes(hash));

    private static string Digest(string password) => Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(password)));

    private static int CostOf(string hash) => int.Parse(BCrypt.Net.BCrypt.InterrogateHash(hash).WorkFactor, CultureInfo.InvariantCulture);
}
