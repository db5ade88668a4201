using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Attempts;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Accounts;

internal static class AccountsEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Authentication").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));

        auth.MapPost("/signup", SignUp).WithName("SignUp").WithSummary("Makes an account, a session and a personal group")
            .AllowAnonymous().ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Created<SignedInResponse>, Accepted<VerificationRequiredResponse>, ProblemHttpResult>> SignUp(
        SignUpRequest request, SignUps signUps, SessionTokens tokens, SessionCookie cookie, HttpContext context, CancellationToken cancellationToken)
    {
        switch (await signUps.SignUpAsync(request, cancellationToken))
        {
            case SignUpOutcome.SignedUp signedUp:
                cookie.Set(context.Response, signedUp.Opened);
                return TypedResults.Created("/api/auth/session", tokens.Respond(signedUp.Opened, signedUp.User, signedUp.Standing));
            case SignUpOutcome.VerificationRequired required:
                return TypedResults.Accepted((string?)null, new VerificationRequiredResponse(VerificationRequired: true, required.Email));
            case SignUpOutcome.Invalid invalid:
                return Problems.Invalid(invalid.Errors);
            case SignUpOutcome.TooMany tooMany:
                return AttemptProblems.TooMany(context, tooMany.Wait);
            default:
                return Problems.Conflict("email_taken", "There is an account with this e-mail address already.");
        }
    }
}
