using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Passwords;

internal abstract record PasswordOutcome
{
    private PasswordOutcome()
    {
    }

    public sealed record Changed : PasswordOutcome;

    public sealed record Invalid(IReadOnlyList<ProblemError> Errors) : PasswordOutcome;

    public sealed record Refused(SignInOutcome Why) : PasswordOutcome;
}

/// <summary>New passwords; each ends what the old one may have let in.</summary>
internal sealed class PasswordChanges(
    IdentityDb db, PasswordHasher passwords, PasswordProof proof, OneTimeTokens tokens, SessionStore sessions, Takeovers takeovers, MailQueue mails, AuthLog log, TimeProvider clock)
{
    public async Task<PasswordOutcome> ResetAsync(string token, string password, CancellationToken cancellationToken)
    {
        if (await tokens.FindAsync(token, OneTimePurposes.ResetPassword, cancellationToken) is not var (found, user))
        {
            return new PasswordOutcome.Refused(SignInOutcome.InvalidToken);
        }

        // A password that breaks a rule does not cost the link.
        if (PasswordRules.Check(password, user.Email, "/password").ToList() is { Count: > 0 } errors)
        {
            return new PasswordOutcome.Invalid(errors);
        }

        var hash = await passwords.HashAsync(password, cancellationToken);
        if (!await tokens.SpendAsync(found, cancellationToken))
        {
            return new PasswordOutcome.Refused(SignInOutcome.InvalidToken);
        }

        await takeovers.ProveAddressAsync(user, "password_reset", cancellationToken);
        await tokens.EndAllAsync(user.Id, cancellationToken);
        Set(user, hash, "user_password_reset");
        await sessions.SaveAndEndAllAsync(user.Id, except: null, "password_reset", cancellationToken);
        return new PasswordOutcome.Changed();
    }

    public async Task<PasswordOutcome> ChangeAsync(
        Session session, User user, string current, string next, bool endOthers, CancellationToken cancellationToken)
    {
        if (PasswordRules.Check(next, user.Email, "/newPassword").ToList() is { Count: > 0 } errors)
        {
            return new PasswordOutcome.Invalid(errors);
        }

        if (await proof.CheckAsync(user, current, cancellationToken) is { } refused)
        {
            return new PasswordOutcome.Refused(refused);
        }

        var hash = await passwords.HashAsync(next, cancellationToken);
        await tokens.EndAllAsync(user.Id, cancellationToken);
        Set(user, hash, "user_password_changed");
        await (endOthers
            ? sessions.SaveAndEndAllAsync(user.Id, session.Id, "password_changed", cancellationToken)
            : db.SaveChangesAsync(cancellationToken));
        return new PasswordOutcome.Changed();
    }

    private void Set(User user, string hash, string type)
    {
        user.PasswordHash = hash;
        user.Change(clock.GetUtcNow());
        mails.Add(MailKinds.PasswordChanged, user);
        log.AddBy(user.Id, type, new { email = user.Email });
    }
}
