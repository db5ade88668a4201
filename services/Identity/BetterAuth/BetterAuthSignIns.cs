using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.BetterAuth;

internal static class BetterAuthSignIns
{
    public static async Task<IResult> SignUp(
        BetterAuthSignUpRequest request, SignUps signUps, BetterAuthAnswers answers, TimeProvider clock, HttpContext context, CancellationToken cancellationToken)
        => await signUps.SignUpAsync(new SignUpRequest(request.Email, request.Password, request.Name, request.InviteToken), cancellationToken) switch
        {
            SignUpOutcome.SignedUp signedUp => answers.Of(new SignInOutcome.SignedIn(signedUp.Opened, signedUp.User, signedUp.Standing), context),
            SignUpOutcome.VerificationRequired required => TypedResults.Ok(BetterAuthAnswers.Unverified(required.Email, request.Name, clock.GetUtcNow())),
            SignUpOutcome.TooMany tooMany => BetterAuthAnswers.TooMany(tooMany.Wait, context),
            SignUpOutcome.Invalid invalid => BetterAuthAnswers.Error(StatusCodes.Status400BadRequest, invalid.Errors[0].Code.ToUpperInvariant(), invalid.Errors[0].Detail),
            _ => BetterAuthAnswers.Error(
                StatusCodes.Status422UnprocessableEntity, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "There is an account with this e-mail address already."),
        };

    public static async Task<IResult> SignIn(
        BetterAuthSignInRequest request, SignIns signIns, BetterAuthAnswers answers, HttpContext context, CancellationToken cancellationToken)
        => answers.Of(await signIns.SignInAsync(new SignInRequest(request.Email, request.Password), cancellationToken), context, request.CallbackURL);

    public static async Task<IResult> AskForMagicLink(BetterAuthMailRequest request, MailRequests mails, HttpContext context, CancellationToken cancellationToken)
        => BetterAuthAnswers.Of(await mails.AskAsync(OneTimePurposes.MagicLink, request.Email, request.CallbackURL, cancellationToken), context);

    public static async Task<IResult> SendVerification(BetterAuthMailRequest request, MailRequests mails, HttpContext context, CancellationToken cancellationToken)
        => BetterAuthAnswers.Of(await mails.AskAsync(OneTimePurposes.VerifyEmail, request.Email, request.CallbackURL, cancellationToken), context);

    public static async Task<IResult> RequestReset(BetterAuthMailRequest request, MailRequests mails, HttpContext context, CancellationToken cancellationToken)
        => BetterAuthAnswers.Of(await mails.AskAsync(OneTimePurposes.ResetPassword, request.Email, request.RedirectTo, cancellationToken), context);

    public static IResult ShowMagicLink(string? token = null, string? callbackURL = null) => Lead("/account/magic-link", token, callbackURL);

    public static IResult ShowVerifyEmail(string? token = null, string? callbackURL = null) => Lead("/account/verify-email", token, callbackURL);

    private static RedirectHttpResult Lead(string page, string? token, string? returnTo)
        => TypedResults.LocalRedirect($"{page}?token={Uri.EscapeDataString(token ?? "")}&returnTo={Uri.EscapeDataString(returnTo ?? "")}");
}
