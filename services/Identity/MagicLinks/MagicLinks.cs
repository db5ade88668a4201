using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.MagicLinks;

/// <summary>Signs in by a mailed link or its code, which also proves the address.</summary>
internal sealed class MagicLinks(
    IdentityDb db, OneTimeTokens tokens, EmailAddresses emails, ProofAttempts attempts, Takeovers takeovers, SessionGate gate, SessionStore sessions)
{
    private static readonly string[] s_purposes = [OneTimePurposes.MagicLink];

    public Task<SignInOutcome> SignInAsync(string token, CancellationToken cancellationToken)
        => SignInAsync(() => tokens.SpendAsync(token, s_purposes, cancellationToken), cancellationToken);

    public async Task<SignInOutcome> SignInAsync(string address, string code, CancellationToken cancellationToken)
    {
        var email = await emails.NormalizeAsync(address, cancellationToken) ?? "";
        return await SignInAsync(() => tokens.SpendCodeAsync(email, code, s_purposes, cancellationToken), cancellationToken);
    }

    private async Task<SignInOutcome> SignInAsync(Func<Task<(OneTimeToken Token, User User)?>> spend, CancellationToken cancellationToken)
    {
        if (await attempts.BeginAsync(userId: null) is { } wait)
        {
            return new SignInOutcome.TooMany(wait);
        }

        if (await spend() is not var (_, user))
        {
            return SignInOutcome.InvalidToken;
        }

        await attempts.SucceedAsync(userId: null);
        var isTaken = await takeovers.ProveAddressAsync(user, "magic_link", cancellationToken);
        var outcome = await gate.PassAsync(user, new Proof(Proof.Mail), cancellationToken);
        await (isTaken
            ? sessions.SaveAndEndAllAsync(user.Id, (outcome as SignInOutcome.SignedIn)?.Opened.Session.Id, "address_proven", cancellationToken)
            : db.SaveChangesAsync(cancellationToken));
        return outcome;
    }
}
