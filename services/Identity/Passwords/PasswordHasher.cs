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
    /// <exception cref="TimeoutException">Too many wait already.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken)
        => threads.HashAsync(Digest(password), BcryptSetting.New(options.Value.BcryptCost), cancellationToken);

    /// <param name="hash">Null for an account that does not exist or has no password; costs the same time.</param>
    /// <param name="password">As given by the caller.</param>
    /// <param name="cancellationToken">Nobody waits for the answer any more.</param>
    /// <exception cref="TimeoutException">Too many wait already.</exception>
    public async Task<PasswordCheck> CheckAsync(string? hash, string password, CancellationToken cancellationToken)
    {
        // Nobody's is of the present cost: checking a password for an account that does not exist takes as long as for one that does.
        var setting = hash is null ? BcryptSetting.New(options.Value.BcryptCost) : BcryptSetting.Of(hash);
        var computed = await threads.HashAsync(Digest(password), setting, cancellationToken);
        if (hash is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(computed), Encoding.ASCII.GetBytes(hash)))
        {
            return new PasswordCheck(Succeeded: false);
        }

        return setting.Cost == options.Value.BcryptCost
            ? new PasswordCheck(Succeeded: true)
            : new PasswordCheck(Succeeded: true, await HashAsync(password, cancellationToken));
    }

    private static string Digest(string password) => Convert.ToBase64String(SHA384.HashData(Encoding.UTF8.GetBytes(password)));
}
