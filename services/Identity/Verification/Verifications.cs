using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Verification;

internal enum VerificationOutcome
{
    Verified,
    Invalid,
    EmailTaken,
    TooMany,
}

/// <summary>Proves addresses: the first one, and a new one in its place.</summary>
internal sealed class Verifications(
    IdentityDb db, OneTimeTokens tokens, EmailAddresses emails, ProofAttempts attempts, MailQueue mails, SessionStore sessions, AuthLog log, TimeProvider clock)
{
    private static readonly string[] s_purposes = [OneTimePurposes.VerifyEmail, OneTimePurposes.ChangeEmail];

    public Task<VerificationOutcome> VerifyAsync(string token, CancellationToken cancellationToken)
        => VerifyAsync(() => tokens.SpendAsync(token, s_purposes, cancellationToken), cancellationToken);

    public async Task<VerificationOutcome> VerifyAsync(string address, string code, CancellationToken cancellationToken)
    {
        var email = await emails.NormalizeAsync(address, cancellationToken) ?? "";
        return await VerifyAsync(() => tokens.SpendCodeAsync(email, code, s_purposes, cancellationToken), cancellationToken);
    }

    private async Task<VerificationOutcome> VerifyAsync(Func<Task<(OneTimeToken Token, User User)?>> spend, CancellationToken cancellationToken)
    {
        if (await attempts.BeginAsync(userId: null) is not null)
        {
            return VerificationOutcome.TooMany;
        }

        if (await spend() is not var (token, user))
        {
            return VerificationOutcome.Invalid;
        }

        await attempts.SucceedAsync(userId: null);
        return await ApplyAsync(token, user, cancellationToken);
    }

    private async Task<VerificationOutcome> ApplyAsync(OneTimeToken token, User user, CancellationToken cancellationToken)
    {
        var before = user.Email;
        user.Email = token.Email;
        user.VerifyEmail(clock.GetUtcNow());
        if (before != user.Email)
        {
            mails.Add(MailKinds.EmailChanged, before, user.Id);
        }

        log.AddChange(user, "user_verified", new { email = user.Email, method = "email" });
        try
        {
            await (before != user.Email
                ? sessions.SaveAndEndAllAsync(user.Id, except: null, "email_changed", cancellationToken)
                : db.SaveChangesAsync(cancellationToken));
            return VerificationOutcome.Verified;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation,
            ConstraintName: User.EmailIsUnique,
        })
        {
            return VerificationOutcome.EmailTaken;
        }
    }
}
