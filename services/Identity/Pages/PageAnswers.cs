using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Pages;

/// <summary>What a page answers to an attempt to begin a session.</summary>
internal sealed class PageAnswers(SessionCookie cookie, FormGuard guard, ReturnAddresses addresses)
{
    public IResult Of(SignInOutcome outcome, string returnTo, HttpContext context)
    {
        switch (outcome)
        {
            case SignInOutcome.SignedIn signedIn:
                cookie.Set(context.Response, signedIn.Opened);
                return new AccountPage("You are signed in").OnwardAtOnce(PageForm.Onward(returnTo, addresses)).Show(context);
            case SignInOutcome.Challenged challenged:
                return CodePage(challenged.Challenge, returnTo, context).Show(context);
            case SignInOutcome.TooMany tooMany:
                return TooMany(tooMany.Wait, context);
            default:
                var refused = (SignInOutcome.Refused)outcome;
                return Failed(context, refused.Detail, refused.Status, SignInPages.Address(returnTo));
        }
    }

    public AccountPage CodePage(string challenge, string returnTo, HttpContext context, string? error = null) => new AccountPage("Your second factor").Error(error)
        .Form(
            "/account/second-factor", guard.Issue(context), "Continue",
            new FormField(
                "code", "Code", "text", "one-time-code", Hint: "The six digits that your authenticator app shows now, or one of your recovery codes.", IsFirst: true),
            new FormField("challenge", Value: challenge), new FormField("returnTo", Value: returnTo));

    public static IResult TooMany(TimeSpan wait, HttpContext context)
    {
        var minutes = (int)Math.Ceiling(wait.TotalMinutes);
        return Failed(context, $"Too many attempts. Try again in {minutes} {(minutes == 1 ? "minute" : "minutes")}.", StatusCodes.Status429TooManyRequests);
    }

    /// <param name="context">The request.</param>
    /// <param name="text">Why, and what to do.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="signIn">Where to begin again; null where that does not help.</param>
    public static IResult Failed(HttpContext context, string text, int status, string? signIn = null)
    {
        var page = new AccountPage("That did not work").Error(text);
        return (signIn is null ? page : page.Onward("Sign in", signIn)).Show(context, status);
    }
}
