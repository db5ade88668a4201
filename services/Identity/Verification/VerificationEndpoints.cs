using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Verification;

internal static class VerificationEndpoints
{
    public static readonly TimeSpan Wait = TimeSpan.FromMinutes(15);

    public static void MapVerification(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Authentication").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));
        auth.MapPost("/verify-email", Verify).WithName("VerifyEmail").WithSummary("Proves an address with the link's token, or with the address and the code")
            .AllowAnonymous().ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/verify-email/resend", Resend).WithName("ResendVerification").WithSummary("Mails the link again; the same answer for every address")
            .AllowAnonymous();
        auth.MapPost("/change-email", ChangeEmail).WithName("ChangeEmail").WithSummary("Mails a link to the new address; it counts once confirmed")
            .Access(null, Role.None);
    }

    private static async Task<Results<Ok<StatusResponse>, ProblemHttpResult>> Verify(
        VerifyEmailRequest request, Verifications verifications, HttpContext context, CancellationToken cancellationToken)
    {
        VerificationOutcome outcome;
        switch (request)
        {
            case { Token: { } token, Email: null, Code: null }:
                outcome = await verifications.VerifyAsync(token, cancellationToken);
                break;
            case { Token: null, Email: { } email, Code: { } code }:
                outcome = await verifications.VerifyAsync(email, code, cancellationToken);
                break;
            default:
                return Problems.Invalid("", "token_or_code", "Send a token, or an e-mail address and a code.");
        }

        return outcome switch
        {
            VerificationOutcome.Verified => TypedResults.Ok(new StatusResponse()),
            VerificationOutcome.EmailTaken => Problems.Conflict("email_taken", "There is an account with this e-mail address already."),
            VerificationOutcome.TooMany => AttemptProblems.TooMany(context, Wait),
            _ => SignInAnswers.Refuse(SignInOutcome.InvalidToken, context),
        };
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> Resend(
        ResendVerificationRequest request, MailRequests mails, HttpContext context, CancellationToken cancellationToken)
    {
        var outcome = await mails.AskAsync(OneTimePurposes.VerifyEmail, request.Email, request.ReturnTo, cancellationToken);
        return MailAnswers.Refuse(outcome, context) is { } refused ? refused : TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<Ok<StatusResponse>, ProblemHttpResult>> ChangeEmail(
        ChangeEmailRequest request, Caller caller, SessionStore sessions, PasswordProof proof, EmailAddresses emails, ReturnAddresses returnAddresses,
        MailRequests requests, MailQueue mails, IdentityDb db, HttpContext context, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        if (await emails.NormalizeAsync(request.NewEmail, cancellationToken) is not { } email || email == user.Email)
        {
            return Problems.Invalid("/newEmail", "invalid_email", "This is no e-mail address, or already yours.");
        }

        if (!returnAddresses.Allows(request.CallbackURL))
        {
            return Problems.Invalid("/callbackURL", "untrusted_return_address", "Only addresses of trusted origins may be returned to.");
        }

        if (await proof.CheckAsync(session, user, request.Password, cancellationToken) is { } refused)
        {
            return SignInAnswers.Refuse(refused, context);
        }

        if (await requests.CountAsync(OneTimePurposes.ChangeEmail, email, user.Id) is { } wait)
        {
            return AttemptProblems.TooMany(context, wait);
        }

        // Whether the address is taken shows only to who can read its mail.
        mails.Add(OneTimePurposes.ChangeEmail, email, user.Id, request.CallbackURL);
        await db.SaveChangesAsync(cancellationToken);
        return TypedResults.Ok(new StatusResponse());
    }
}
