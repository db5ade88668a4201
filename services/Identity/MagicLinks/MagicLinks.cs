using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.MagicLinks;

/// <summary>Signs in by a mailed link or its code, which also proves the address.</summary>
internal sealed class MagicLinks(
    IdentityDb db, OneTimeTokens tokens, EmailAddresses emails, ProofAttempts attempts, SessionStore sessions, SessionGate gate, RequestOrigin origin, TimeProvider clock)
{
    public Task<SignInOutcome> SignInAsync(string token, CancellationToken cancellationToken)
        => SignInAsync(() => tokens.SpendAsync(token, OneTimePurposes.MagicLink, cancellationToken), cancellationToken);

    public async Task<SignInOutcome> SignInAsync(string address, string code, CancellationToken cancellationToken)
    {
        var email = await emails.NormalizeAsync(address, cancellationToken) ?? "";
        return await SignInAsync(() => tokens.SpendCodeAsync(email, code, OneTimePurposes.MagicLink, cancellationToken), cancellationToken);
    }

    private async Task<SignInOutcome> SignInAsync(Func<Task<(OneTimeToken Token, User User)?>> spend, CancellationToken cancellationToken)
    {
        if (await attempts.LookAsync(userId: null) is { } wait)
        {
            return new SignInOutcome.TooMany(wait);
        }

        if (await spend() is not var (_, user))
        {
            await attempts.FailAsync(userId: null);
            return SignInOutcome.InvalidToken;
        }

        if (!user.EmailVerified)
        {
            await TakeOverAsync(user, cancellationToken);
        }

        var outcome = await gate.PassAsync(user, new Proof(Proof.Mail), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return outcome;
    }

    // Somebody else may have signed up with this address to lie in wait. Now that its owner is here, that password and those
    // sessions must end.
    private async Task TakeOverAsync(User user, CancellationToken cancellationToken)
    {
        user.PasswordHash = null;
        await sessions.EndAllAsync(user.Id, except: null, "address_proven", cancellationToken);
        user.VerifyEmail(clock.GetUtcNow());
        var line = AuthLog.Line(user.UpdatedAt, "user_verified", groupId: null, user.Id, new { email = user.Email, method = "magic_link" });
        db.Publish(new UserChanged(Guid.CreateVersion7(user.UpdatedAt), user.UpdatedAt, origin.Current.By(user.Id), [line], user.Snapshot()));
    }
}
