using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Linked;
using OnePlatform.Identity.Sessions;
using OnePlatform.Messaging;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.OAuth;

/// <summary>Signs in whom a provider told us of: by the link, else by an address that both sides have verified, else with a new account.</summary>
internal sealed class ProviderSignIns(
    IdentityDb db, EmailAddresses emails, Links links, SessionGate gate, PersonalGroups personalGroups, RequestOrigin origin, TimeProvider clock)
{
    private const int LongestName = 200;
    private const int Tries = 3;

    /// <summary>One answer for an account that the address does not suffice for, whatever it lacks.</summary>
    private static readonly SignInOutcome.Refused s_accountExists = new(
        StatusCodes.Status409Conflict, "account_exists", "There is an account with this address. Sign in to it another way, for example by a mailed link, and link the provider then.");

    private static readonly SignInOutcome.Refused s_unverified = new(
        StatusCodes.Status403Forbidden, "provider_email_not_verified", "The provider does not vouch for your e-mail address. Verify it there, or sign in another way.");

    public async Task<SignInOutcome> SignInAsync(ExternalPerson person, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        for (var i = 1; ; i++)
        {
            try
            {
                return await TryAsync(person, cancellationToken);
            }
            catch (DbUpdateException exception) when (i < Tries && exception.InnerException is PostgresException
            {
                SqlState: PostgresErrorCodes.UniqueViolation,
                ConstraintName: User.EmailIsUnique or LinkedAccount.SubjectIsUnique or LinkedAccount.OnePerProvider,
            })
            {
                // The same person came twice at once, or signed up meanwhile: the next look finds that account.
                db.ChangeTracker.Clear();
            }
        }
    }

    private async Task<SignInOutcome> TryAsync(ExternalPerson person, CancellationToken cancellationToken)
    {
        if (await links.FindUserAsync(person, cancellationToken) is { } linked)
        {
            return await PassAsync(linked, person, isNew: false, cancellationToken);
        }

        if (!person.EmailVerified || person.Email is null || await emails.NormalizeAsync(person.Email, cancellationToken) is not { } email)
        {
            return s_unverified;
        }

        if (await db.Users.FirstOrDefaultAsync(u => u.Email == email, cancellationToken) is not { } known)
        {
            return await SignUpAsync(person, email, cancellationToken);
        }

        // Whoever signed up with the address and never proved it may be lying in wait for its owner.
        if (known is not { EmailVerified: true, DeletedAt: null })
        {
            return s_accountExists;
        }

        if (!await links.HasAsync(known.Id, person.Provider, cancellationToken))
        {
            return await PassAsync(known, person, isNew: true, cancellationToken);
        }

        // Between the first look and this one the same person may have come another time, and made the account and the link.
        return await links.FindUserAsync(person, cancellationToken) is { } meanwhile
            ? await PassAsync(meanwhile, person, isNew: false, cancellationToken)
            : s_accountExists;
    }

    private async Task<SignInOutcome> PassAsync(User user, ExternalPerson person, bool isNew, CancellationToken cancellationToken)
    {
        var outcome = await gate.PassAsync(user, Proof.By(person.Provider), cancellationToken);
        if (isNew && outcome is SignInOutcome.SignedIn)
        {
            links.Add(user, person);
        }

        await db.SaveChangesAsync(cancellationToken);
        return outcome;
    }

    private async Task<SignInOutcome> SignUpAsync(ExternalPerson person, string email, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var user = new User { Id = Guid.CreateVersion7(now), Email = email, Name = NameOf(person, email), EmailVerified = true, CreatedAt = now, UpdatedAt = now };
        db.Users.Add(user);
        links.Add(user, person, isSignUp: true);
        var line = AuthLog.Line(now, "user_registered", groupId: null, user.Id, new { email, displayName = user.Name, authProvider = person.Provider });
        db.Publish(new UserRegistered(Guid.CreateVersion7(now), now, origin.Current.By(user.Id), [line], user.Snapshot()));
        var outcome = await gate.PassAsync(user, Proof.By(person.Provider), cancellationToken);
        await db.SaveChangesAsync(cancellationToken);
        return outcome is SignInOutcome.SignedIn signedIn
            ? signedIn with { Standing = await personalGroups.WaitAsync(signedIn.Opened.Session, user, cancellationToken) }
            : outcome;
    }

    private static string NameOf(ExternalPerson person, string email)
    {
        var name = string.Concat((person.Name ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c))).Trim();
        return name.Length switch { 0 => email.Split('@')[0], > LongestName => name[..LongestName].Trim(), _ => name };
    }
}
