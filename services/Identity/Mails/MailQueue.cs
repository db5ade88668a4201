using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Messaging;

namespace OnePlatform.Identity.Mails;

/// <summary>Adds mails to the unit of work; they go when it is saved.</summary>
internal sealed class MailQueue(IdentityDb db, MailSignal signal, TimeProvider clock)
{
    public void Add(string kind, User user, string? returnTo = null) => Add(kind, user.Email, user.Id, returnTo);

    /// <param name="userId">Null to look the account up when the mail is sent.</param>
    /// <param name="kind">What the mail is for.</param>
    /// <param name="email">Where to, normalized.</param>
    /// <param name="returnTo">Where the page behind the link leads on to.</param>
    /// <param name="about">What a notice is about.</param>
    /// <returns>The id, from which link and code follow.</returns>
    public Guid Add(string kind, string email, Guid? userId, string? returnTo = null, string? about = null)
    {
        var now = clock.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        db.Mails.Add(new Mail
        {
            Id = id,
            Kind = kind,
            Email = email,
            UserId = userId,
            ReturnTo = returnTo,
            About = about,
            CreatedAt = now,
            DueAt = now,
        });
        db.SavedChanges += (_, _) => signal.Wake();
        return id;
    }
}

/// <summary>Wakes the relay of the mails.</summary>
internal sealed class MailSignal : WakeUp;
