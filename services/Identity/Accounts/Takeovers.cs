using OnePlatform.Identity.ApiKeys;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Accounts;

/// <summary>
/// Anybody can sign up with an address that is not theirs and lie in wait. When its owner comes, by a mailed link or a reset,
/// everything that would let the other in again ends: password, sessions, second factor, links under way, API keys.
/// </summary>
internal sealed class Takeovers(OneTimeTokens tokens, SecondFactorStore factors, KeyRevocations keys, AuthLog log, TimeProvider clock)
{
    /// <summary>
    /// With the unit of work, to which nothing was added before. An account whose address was proven before is its owner's already.
    /// </summary>
    /// <param name="user">Whose mail was just shown to be read.</param>
    /// <param name="method">How, for the log.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <returns>Whether the account was taken: the caller saves by <see cref="SessionStore.SaveAndEndAllAsync"/>.</returns>
    public async Task<bool> ProveAddressAsync(User user, string method, CancellationToken cancellationToken)
    {
        if (user.EmailVerified)
        {
            return false;
        }

        await keys.EndAllMadeByAsync(user.Id, cancellationToken);
        user.PasswordHash = null;
        await factors.ForgetAsync(user, cancellationToken);
        await tokens.EndAllAsync(user.Id, cancellationToken);
        user.VerifyEmail(clock.GetUtcNow());
        log.AddChange(user, "user_verified", new { email = user.Email, method });
        return true;
    }
}
