using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Contracts;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.OneTime;
using OnePlatform.Messaging;

namespace OnePlatform.Identity.Sessions;

/// <summary>What somebody has proven: the methods, RFC 8176 where it has a name for them.</summary>
internal sealed record Proof(string First, string? Second = null)
{
    public const string Password = "pwd";
    public const string Mail = "email";
    public const string App = "otp";
    public const string RecoveryCode = "rec";
    private const string Provider = "fed:";

    public IReadOnlyList<string> Methods => Second is null ? [First] : [First, Second, "mfa"];

    public int Assurance => Second is null ? 1 : 2;

    /// <summary>As the event log names it; it knows no other providers.</summary>
    public string? LogName => First switch
    {
        Password => "email",
        Mail => "magic_link",
        Provider + "google" => "google",
        Provider + "github" => "github",
        _ => null,
    };

    public static Proof By(string provider) => new(Provider + provider);
}

/// <summary>
/// The one gate before every session: whoever proves something on whatever path ends up here. What a group demands beyond it is
/// asked at <see cref="GroupEntry"/>, so that a person can still sign in to meet the demand.
/// </summary>
internal sealed class SessionGate(
    IdentityDb db, SessionStore sessions, SessionInsert insert, OneTimeTokens tokens, GroupEntry groups, AuthLog log, IOptions<IdentityOptions> options)
{
    /// <summary>Adds a session or a challenge to the unit of work; the caller saves.</summary>
    public async Task<SignInOutcome> PassAsync(User user, Proof proof, CancellationToken cancellationToken)
    {
        if (Stop(user, proof) is { } stopped)
        {
            return stopped;
        }

        RequireUnchanged(user);
        var signedIn = await LetInAsync(user, proof, cancellationToken);
        sessions.Add(signedIn.Opened);
        if (db.Entry(user).State != EntityState.Added)
        {
            db.Publish(LoginOf(signedIn, proof));
        }

        return signedIn;
    }

    /// <summary>
    /// The same for an attempt that changes nothing else. A session is stored when this returns; a challenge is added to the unit of work,
    /// and the caller saves it.
    /// </summary>
    public async Task<SignInOutcome> PassAtOnceAsync(User user, Proof proof, CancellationToken cancellationToken)
    {
        if (Stop(user, proof) is { } stopped)
        {
            return stopped;
        }

        var signedIn = await LetInAsync(user, proof, cancellationToken);
        await insert.RunAsync(signedIn.Opened, user, LoginOf(signedIn, proof), cancellationToken);
        return signedIn;
    }

    /// <summary>
    /// A client asks for a session of its own out of the person's, and gets one that is no stronger. Adds it to the unit of work.
    /// </summary>
    /// <returns>Null when the person would not be let in now.</returns>
    public Session? PassOn(Session own, User user, Guid id, Guid clientId, string clientName)
    {
        if (RefusalOf(user) is not null || (user.SecondFactorEnabled && own.Assurance < 2))
        {
            return null;
        }

        RequireUnchanged(user);
        return sessions.OpenFor(own, id, clientId, clientName);
    }

    private SignInOutcome? Stop(User user, Proof proof)
    {
        db.Scope.ActAsSystem();
        return RefusalOf(user) is { } refusal ? refusal
            : user.SecondFactorEnabled && proof.Assurance < 2 ? new SignInOutcome.Challenged(tokens.AddChallenge(user, proof.First).Text)
            : null;
    }

    private async Task<SignInOutcome.SignedIn> LetInAsync(User user, Proof proof, CancellationToken cancellationToken)
    {
        var opened = sessions.Open(user, proof);
        var standing = await groups.EnterDefaultAsync(user, proof.Assurance, chosen: null, cancellationToken);
        opened.Session.GroupId = standing?.GroupId;
        return new SignInOutcome.SignedIn(opened, user, standing);
    }

    private ActivityLogged LoginOf(SignInOutcome.SignedIn signedIn, Proof proof) => log.By(
        signedIn.User.Id,
        "user_login",
        new { email = signedIn.User.Email, authMethod = proof.LogName, secondFactor = proof.Second, sessionId = signedIn.Opened.Session.Id },
        signedIn.Standing?.GroupId);

    // A new password or second factor counts the account's version up and ends its sessions. An attempt that began before must not
    // end in a session after, so the save compares the version it has read and fails with 409 when there is another.
    private void RequireUnchanged(User user)
    {
        if (db.Entry(user) is { State: not EntityState.Added } entry)
        {
            entry.Property(u => u.Version).IsModified = true;
        }
    }

    private SignInOutcome.Refused? RefusalOf(User user)
        => user.LockedAt is not null
            ? new SignInOutcome.Refused(StatusCodes.Status403Forbidden, "account_locked", "This account is closed.")
            : options.Value.RequireVerifiedEmail && !user.EmailVerified
                ? new SignInOutcome.Refused(StatusCodes.Status403Forbidden, "email_not_verified", "Verify the e-mail address first; a mail was sent to it.")
                : null;
}
