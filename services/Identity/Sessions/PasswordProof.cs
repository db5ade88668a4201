using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Passwords;

namespace OnePlatform.Identity.Sessions;

/// <summary>Before something dangerous: the password, or a session so young that it was given a moment ago.</summary>
internal sealed class PasswordProof(PasswordHasher passwords, ProofAttempts attempts, IOptions<IdentityOptions> options, TimeProvider clock)
{
    /// <returns>Null when proven.</returns>
    public async Task<SignInOutcome?> CheckAsync(Session session, User user, string? password, CancellationToken cancellationToken)
    {
        if (password is not null)
        {
            return await CheckAsync(user, password, cancellationToken);
        }

        return clock.GetUtcNow() - session.AuthenticatedAt <= options.Value.FreshSession
            ? null
            : new SignInOutcome.Refused(StatusCodes.Status403Forbidden, "session_not_fresh", "Send the password, or sign in again first.");
    }

    /// <summary>The password of who has one, however fresh the session is; of everybody else a fresh session.</summary>
    /// <returns>Null when proven.</returns>
    public Task<SignInOutcome?> CheckPasswordAsync(Session session, User user, string? password, CancellationToken cancellationToken)
        => user.PasswordHash is null ? CheckAsync(session, user, password: null, cancellationToken) : CheckAsync(user, password ?? "", cancellationToken);

    /// <returns>Null when the password is right.</returns>
    public async Task<SignInOutcome?> CheckAsync(User user, string password, CancellationToken cancellationToken)
    {
        if (await attempts.BeginAsync(user.Id) is { } wait)
        {
            return new SignInOutcome.TooMany(wait);
        }

        if ((await passwords.CheckAsync(user.PasswordHash, password, cancellationToken)).Succeeded)
        {
            await attempts.SucceedAsync(user.Id);
            return null;
        }

        return new SignInOutcome.Refused(StatusCodes.Status400BadRequest, "invalid_password", "The password is wrong.");
    }
}
