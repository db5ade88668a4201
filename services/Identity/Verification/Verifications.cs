using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;

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
    IdentityDb db, OneTimeTokens tokens, EmailAddresses emails, ProofAttempts attempts, MailQueue mails, SessionStore sessions, RequestOrigin origin, TimeProvider clock)
{
    private static readonly string[] s_purposes = [OneTimePurposes.VerifyEmail, OneTimePurposes.ChangeEmail];

    public Task<VerificationOutcome> VerifyAsync(string token, CancellationToken cancellationToken)
        => VerifyAsync(purpose => tokens.SpendAsync(token, purpose, cancellationToken), cancellationToken);

    public async Task<VerificationOutcome> VerifyAsync(string address, string code, CancellationToken cancellationToken)
    {
        var email = await emails.NormalizeAsync(address, cancellationToken) ?? "";
        return await VerifyAsync(purpose => tokens.SpendCodeAsync(email, code, purpose, cancellationToken), cancellationToken);
    }

    private async Task<VerificationOutcome> VerifyAsync(Func<string, Task<(OneTimeToken Token, User User)?>> spend, CancellationToken cancellationToken)
    {
        if (await attempts.LookAsync(userId: null) is not null)
        {
            return VerificationOutcome.TooMany;
        }

        foreach (var purpose in s_purposes)
        {
            if (await spend(purpose) is var (token, user))
            {
                return await ApplyAsync(token, user, cancellationToken);
            }
        }

        await attempts.FailAsync(userId: null);
        return VerificationOutcome.Invalid;
    }

    private async Task<VerificationOutcome> ApplyAsync(OneTimeToken token, User user, CancellationToken cancellationToken)
    {
        var before = user.Email;
        user.Email = token.Email;
        user.VerifyEmail(clock.GetUtcNow());
        if (before != user.Email)
        {
            mails.Add(MailKinds.EmailChanged, before, user.Id);
            await sessions.EndAllAsync(user.Id, except: null, "email_changed", cancellationToken);
        }

        var line = AuthLog.Line(user.UpdatedAt, "user_verified", groupId: null, user.Id, new { email = user.Email, method = "email" });
        db.Publish(new UserChanged(Guid.CreateVersion7(user.UpdatedAt), user.UpdatedAt, origin.Current.By(user.Id), [line], user.Snapshot()));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
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
