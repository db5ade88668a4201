using System.Globalization;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.BetterAuth;

/// <summary>The platform's outcomes in the shapes and codes of Better Auth.</summary>
internal sealed class BetterAuthAnswers(SessionCookie cookie, ChallengeCookie challengeCookie, ReturnAddresses addresses)
{
    private static readonly string[] s_methods = ["totp"];

    public IResult Of(SignInOutcome outcome, HttpContext context, string? callback = null)
    {
        switch (outcome)
        {
            case SignInOutcome.SignedIn signedIn:
                cookie.Set(context.Response, signedIn.Opened);
                challengeCookie.Clear(context.Response);
                context.Response.Headers["set-auth-token"] = signedIn.Opened.Cookie!.Text;
                var url = callback is not null && addresses.Allows(callback) ? callback : null;
                return TypedResults.Ok(new BetterAuthSignedIn(url is not null, signedIn.Opened.Cookie.Text, UserOf(signedIn.User), url));
            case SignInOutcome.Challenged challenged:
                challengeCookie.Set(context.Response, challenged.Challenge);
                return TypedResults.Ok(new BetterAuthChallenged(TwoFactorRedirect: true, s_methods));
            case SignInOutcome.TooMany tooMany:
                return TooMany(tooMany.Wait, context);
            default:
                var refused = (SignInOutcome.Refused)outcome;
                return Error(refused.Status, CodeOf(refused.Code), refused.Detail);
        }
    }

    public static IResult Of(MailRequestOutcome outcome, HttpContext context) => outcome switch
    {
        MailRequestOutcome.Invalid invalid => Error(StatusCodes.Status400BadRequest, CodeOf(invalid.Code), invalid.Detail),
        MailRequestOutcome.TooMany tooMany => TooMany(tooMany.Wait, context),
        _ => TypedResults.Ok(new Verification.StatusResponse()),
    };

    public IResult Of(OAuthStart start, HttpContext context)
        => start.Address is { } address ? TypedResults.Ok(new BetterAuthSocial(address)) : Of(start.Refused!, context);

    public static IResult TooMany(TimeSpan wait, HttpContext context)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Error(StatusCodes.Status429TooManyRequests, "TOO_MANY_REQUESTS", "Too many attempts. Try again later.");
    }

    public static IResult NoSession() => Error(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "There is no session.");

    /// <summary>These clients read <c>null</c>, not an empty body.</summary>
    public static IResult Nothing() => TypedResults.Content("null", "application/json");

    public static IResult Error(int status, string code, string message) => TypedResults.Json(new BetterAuthError(code, message), statusCode: status);

    /// <summary>No session yet. A made-up user whether or not the address had an account, for an id would tell the two apart.</summary>
    public static BetterAuthSignedUp Unverified(string email, string name, DateTimeOffset now)
        => new(Token: null, new BetterAuthUser(Guid.CreateVersion7(now).ToString(), email, name.Trim(), EmailVerified: false, now, now, TwoFactorEnabled: false));

    public static BetterAuthUser UserOf(User user)
        => new(user.Id.ToString(), user.Email, user.Name, user.EmailVerified, user.CreatedAt, user.UpdatedAt, user.SecondFactorEnabled);

    public static BetterAuthSession SessionOf(Session session) => new(
        session.Id.ToString(), session.UserId.ToString(), session.Id.ToString(), session.ExpiresAt, session.CreatedAt, session.LastSeenAt, session.Ip, session.UserAgent,
        session.GroupId?.ToString());

    private static string CodeOf(string code) => code switch
    {
        "invalid_credentials" => "INVALID_EMAIL_OR_PASSWORD",
        "unknown_provider" => "PROVIDER_NOT_FOUND",
        _ => code.ToUpperInvariant(),
    };
}
