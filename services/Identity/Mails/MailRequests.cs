using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Mails;

internal abstract record MailRequestOutcome
{
    private MailRequestOutcome()
    {
    }

    public sealed record Accepted : MailRequestOutcome;

    public sealed record Invalid(string Pointer, string Code, string Detail) : MailRequestOutcome;

    public sealed record TooMany(TimeSpan Wait) : MailRequestOutcome;
}

/// <summary>Mails that anybody may ask for. A known and an unknown address are the same work here: one row.</summary>
internal sealed class MailRequests(
    IdentityDb db,
    MailQueue mails,
    EmailAddresses emails,
    ReturnAddresses returnAddresses,
    AttemptLimiter attempts,
    RequestOrigin origin,
    IOptions<IdentityOptions> options)
{
    public async Task<MailRequestOutcome> AskAsync(string kind, string address, string? returnTo, CancellationToken cancellationToken)
    {
        if (await emails.NormalizeAsync(address, cancellationToken) is not { } email)
        {
            return new MailRequestOutcome.Invalid("/email", "invalid_email", "This is no e-mail address.");
        }

        if (!returnAddresses.Allows(returnTo))
        {
            return new MailRequestOutcome.Invalid("/returnTo", "untrusted_return_address", "Only addresses of trusted origins may be returned to.");
        }

        if (await CountAsync(kind, email, userId: null) is { } wait)
        {
            return new MailRequestOutcome.TooMany(wait);
        }

        db.Scope.ActAsSystem();
        mails.Add(kind, email, userId: null, returnTo);
        await db.SaveChangesAsync(cancellationToken);
        return new MailRequestOutcome.Accepted();
    }

    /// <summary>Counts a mail by where it is asked for, by whom if that is known, and by where it goes.</summary>
    /// <returns>Null when it may go, else how long to wait.</returns>
    public async Task<TimeSpan?> CountAsync(string kind, string email, Guid? userId)
    {
        var rules = options.Value.Attempts;
        return await attempts.TakeAsync(rules.MailPerAddress, "mail-address", ClientNetwork.Of(origin.Current.Ip))
            ?? (userId is { } id ? await attempts.TakeAsync(rules.Mail, kind, id.ToString()) : null)
            ?? await attempts.TakeAsync(rules.Mail, kind, email);
    }
}

internal static class MailAnswers
{
    public static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult? Refuse(MailRequestOutcome outcome, HttpContext context) => outcome switch
    {
        MailRequestOutcome.TooMany tooMany => AttemptProblems.TooMany(context, tooMany.Wait),
        MailRequestOutcome.Invalid invalid => Problems.Invalid(invalid.Pointer, invalid.Code, invalid.Detail),
        _ => null,
    };
}
