using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Passwords;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Accounts;

internal abstract record SignUpOutcome
{
    private SignUpOutcome()
    {
    }

    public sealed record SignedUp(OpenedSession Opened, User User, Standing? Standing) : SignUpOutcome;

    public sealed record Invalid(IReadOnlyList<ProblemError> Errors) : SignUpOutcome;

    public sealed record EmailTaken : SignUpOutcome;

    /// <summary>Where verification is demanded: the same for an address that was free and one that was taken.</summary>
    public sealed record VerificationRequired(string Email) : SignUpOutcome;

    public sealed record TooMany(TimeSpan Wait) : SignUpOutcome;
}

/// <summary>Makes accounts.</summary>
internal sealed class SignUps(
    IdentityDb db,
    EmailAddresses emails,
    PasswordHasher passwords,
    AttemptLimiter attempts,
    SessionGate gate,
    MailQueue mails,
    PersonalGroups personalGroups,
    RequestOrigin origin,
    IOptions<IdentityOptions> options,
    TimeProvider clock)
{
    public async Task<SignUpOutcome> SignUpAsync(SignUpRequest request, CancellationToken cancellationToken)
    {
        var email = await emails.NormalizeAsync(request.Email, cancellationToken);
        var errors = Check(request, email).ToList();
        if (email is null || errors.Count > 0)
        {
            return new SignUpOutcome.Invalid(errors);
        }

        var rules = options.Value.Attempts;
        if ((await attempts.TakeAsync(rules.SignUp, "sign-up", email)
            ?? await attempts.TakeAsync(rules.SignUpPerAddress, "sign-up-address", ClientNetwork.Of(origin.Current.Ip))) is { } wait)
        {
            return new SignUpOutcome.TooMany(wait);
        }

        // Before anything is looked up: an address that is taken costs as much time as one that is free.
        var hash = await passwords.HashAsync(request.Password, cancellationToken);
        var user = NewUser(request, email, hash);
        var outcome = await TryAddAsync(user, request.InviteToken, cancellationToken);
        return outcome switch
        {
            SignInOutcome.SignedIn signedIn => new SignUpOutcome.SignedUp(
                signedIn.Opened, user, await personalGroups.WaitAsync(signedIn.Opened.Session, user, cancellationToken)),
            null when !options.Value.RequireVerifiedEmail => new SignUpOutcome.EmailTaken(),
            null => await TellOwnerAsync(email, cancellationToken),
            _ => new SignUpOutcome.VerificationRequired(email),
        };
    }

    private async Task<SignUpOutcome> TellOwnerAsync(string email, CancellationToken cancellationToken)
    {
        db.ChangeTracker.Clear();
        mails.Add(MailKinds.AccountExists, email, userId: null);
        await db.SaveChangesAsync(cancellationToken);
        return new SignUpOutcome.VerificationRequired(email);
    }

    private static IEnumerable<ProblemError> Check(SignUpRequest request, string? email)
    {
        if (email is null)
        {
            yield return new ProblemError("/email", "invalid_email", "This is no e-mail address.");
        }

        foreach (var error in DisplayNames.Check(request.Name).Concat(PasswordRules.Check(request.Password, email ?? "", "/password")))
        {
            yield return error;
        }
    }

    private User NewUser(SignUpRequest request, string email, string hash)
    {
        var now = clock.GetUtcNow();
        return new User
        {
            Id = Guid.CreateVersion7(now),
            Email = email,
            Name = request.Name.Trim(),
            PasswordHash = hash,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private async Task<SignInOutcome?> TryAddAsync(User user, string? inviteToken, CancellationToken cancellationToken)
    {
        // An account belongs to no group, so only the system may write it.
        db.Scope.ActAsSystem();
        if (await db.Users.AnyAsync(u => u.Email == user.Email, cancellationToken))
        {
            return null;
        }

        db.Users.Add(user);
        mails.Add(OneTimePurposes.VerifyEmail, user);
        var outcome = await gate.PassAsync(user, new Proof(Proof.Password), cancellationToken);
        var line = AuthLog.Line(user.CreatedAt, "user_registered", groupId: null, user.Id, new { email = user.Email, displayName = user.Name, authProvider = "email" });
        db.Publish(new UserRegistered(Guid.CreateVersion7(user.CreatedAt), user.CreatedAt, origin.Current.By(user.Id), [line], user.Snapshot())
        {
            InviteTokenHash = inviteToken is null ? null : Convert.ToHexStringLower(OpaqueToken.HashOf(inviteToken)),
        });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return outcome;
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation,
            ConstraintName: User.EmailIsUnique,
        })
        {
            return null;
        }
    }
}
