using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Identity.Attempts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

/// <summary>The one answer to everything that may begin a session.</summary>
internal sealed class SignInAnswers(SessionTokens tokens, SessionCookie cookie)
{
    public Results<Ok<SignedInResponse>, Ok<SecondFactorRequiredResponse>, ProblemHttpResult> Of(SignInOutcome outcome, HttpContext context)
    {
        switch (outcome)
        {
            case SignInOutcome.SignedIn signedIn:
                cookie.Set(context.Response, signedIn.Opened);
                return TypedResults.Ok(tokens.Respond(signedIn.Opened, signedIn.User, signedIn.Standing));
            case SignInOutcome.Challenged challenged:
                return TypedResults.Ok(new SecondFactorRequiredResponse(TwoFactorRequired: true, challenged.Challenge));
            default:
                return Refuse(outcome, context);
        }
    }

    public static ProblemHttpResult Refuse(SignInOutcome outcome, HttpContext context) => outcome switch
    {
        SignInOutcome.TooMany tooMany => AttemptProblems.TooMany(context, tooMany.Wait),
        SignInOutcome.Refused refused => Problems.Of(refused.Status, refused.Code, refused.Detail),
        _ => throw new InvalidOperationException($"{outcome.GetType().Name} is no refusal."),
    };

    public static ProblemHttpResult NoSession()
        => Problems.Unauthorized("session_revoked", "There is no such session, or it has ended. Sign in again.");
}
