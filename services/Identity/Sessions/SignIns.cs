using Microsoft.EntityFrameworkCore;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Passwords;

namespace OnePlatform.Identity.Sessions;

/// <summary>Signs people in by password.</summary>
internal sealed class SignIns(
    IdentityDb db,
    EmailAddresses emails,
    PasswordHasher passwords,
    SignInAttempts attempts,
    SessionGate gate,
    MailQueue mails,
    AuthLog log)
{
    private static readonly Func<IdentityDb, string, CancellationToken, Task<User?>> s_byEmail = EF.CompileAsyncQuery(
        (IdentityDb db, string email, CancellationToken _) => db.Users.FirstOrDefault(u => u.Email == email && u.DeletedAt == null));

    public async Task<SignInOutcome> SignInAsync(SignInRequest request, CancellationToken cancellationToken)
    {
        var email = await emails.NormalizeAsync(request.Email, cancellationToken);
        var account = email ?? "no address";
        if (await attempts.LookAsync(account, cancellationToken) is { } wait)
        {
            return new SignInOutcome.TooMany(wait);
        }

        // Nobody is signed in yet, so there is no tenant: the account is found by its address.
        db.Scope.ActAsSystem();
        var user = email is null ? null : await s_byEmail(db, email, cancellationToken);
        var check = await passwords.CheckAsync(user?.PasswordHash, request.Password, cancellationToken);
        if (user is null || !check.Succeeded)
        {
            var failure = await attempts.FailAsync(account, cancellationToken);
            log.AddFailure(user, SignInOutcome.WrongCredentials.Code);
            await db.SaveChangesAsync(cancellationToken);
            return failure is { } full ? new SignInOutcome.TooMany(full) : SignInOutcome.WrongCredentials;
        }

        // Only failures count, so any number of good sign-ins may run at once. Of many guesses at once, a right one that comes
        // after the limit's worth of failures gets the same refusal as the wrong ones and betrays nothing.
        if (await attempts.LookAsync(account, cancellationToken) is { } closed)
        {
            return new SignInOutcome.TooMany(closed);
        }

        if (check.NewHash is { } renewed)
        {
            user.PasswordHash = renewed;
            await db.SaveChangesAsync(cancellationToken);
        }

        return await PassAsync(user, cancellationToken);
    }

    private async Task<SignInOutcome> PassAsync(User user, CancellationToken cancellationToken)
    {
        var outcome = await gate.PassAtOnceAsync(user, new Proof(Proof.Password), cancellationToken);
        if (outcome is SignInOutcome.Refused { Code: "email_not_verified" } && await attempts.MayMailAsync(user.Email))
        {
            mails.Add(OneTimePurposes.VerifyEmail, user);
        }

        if (outcome is not SignInOutcome.SignedIn)
        {
            await db.SaveChangesAsync(cancellationToken);
        }

        return outcome;
    }
}
