using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Verification;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Passwords;

internal static class PasswordEndpoints
{
    public static void MapPasswords(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Authentication").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));
        auth.MapPost("/forgot-password", Forgot).WithName("ForgotPassword").WithSummary("Mails a reset link; the same answer for every address").AllowAnonymous();
        auth.MapPost("/reset-password", Reset).WithName("ResetPassword").WithSummary("Sets a new password with the link's token and ends every session").AllowAnonymous();
        auth.MapPost("/change-password", Change).WithName("ChangePassword").WithSummary("Sets a new password and ends the other sessions").Access(null, Role.None);
    }

    private static async Task<Results<Accepted, ProblemHttpResult>> Forgot(
        ForgotPasswordRequest request, MailRequests mails, HttpContext context, CancellationToken cancellationToken)
    {
        var outcome = await mails.AskAsync(OneTimePurposes.ResetPassword, request.Email, request.RedirectTo, cancellationToken);
        return MailAnswers.Refuse(outcome, context) is { } refused ? refused : TypedResults.Accepted((string?)null);
    }

    private static async Task<Results<Ok<StatusResponse>, ProblemHttpResult>> Reset(
        ResetPasswordRequest request, PasswordChanges changes, HttpContext context, CancellationToken cancellationToken)
        => (request.Password ?? request.NewPassword) is { } password
            ? Answer(await changes.ResetAsync(request.Token, password, cancellationToken), context)
            : Problems.Invalid("/password", "required", "Send the new password.");

    private static async Task<Results<Ok<StatusResponse>, ProblemHttpResult>> Change(
        ChangePasswordRequest request, Caller caller, SessionStore sessions, PasswordChanges changes, HttpContext context, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        var endOthers = request.RevokeOthers ?? request.RevokeOtherSessions ?? true;
        return Answer(await changes.ChangeAsync(session, user, request.CurrentPassword, request.NewPassword, endOthers, cancellationToken), context);
    }

    private static Results<Ok<StatusResponse>, ProblemHttpResult> Answer(PasswordOutcome outcome, HttpContext context) => outcome switch
    {
        PasswordOutcome.Invalid invalid => Problems.Invalid(invalid.Errors),
        PasswordOutcome.Refused refused => SignInAnswers.Refuse(refused.Why, context),
        _ => TypedResults.Ok(new StatusResponse()),
    };
}
