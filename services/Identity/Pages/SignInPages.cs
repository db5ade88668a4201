using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Pages;

internal static class SignInPages
{
    /// <summary>What a page answers to an attempt to begin a session.</summary>
    internal sealed class Answers(SessionCookie cookie, FormGuard guard, ReturnAddresses addresses)
    {
        public IResult Of(SignInOutcome outcome, string returnTo, HttpContext context)
        {
            switch (outcome)
            {
                case SignInOutcome.SignedIn signedIn:
                    cookie.Set(context.Response, signedIn.Opened);
                    return new AccountPage("You are signed in").Link("Continue", PageForm.Onward(returnTo, addresses)).Show(context);
                case SignInOutcome.Challenged challenged:
                    return CodePage(challenged.Challenge, returnTo, context).Show(context);
                case SignInOutcome.TooMany:
                    return Failed("Too many attempts. Try again in a quarter of an hour.", StatusCodes.Status429TooManyRequests, context);
                default:
                    var refused = (SignInOutcome.Refused)outcome;
                    return Failed(refused.Detail, refused.Status, context);
            }
        }

        public AccountPage CodePage(string challenge, string returnTo, HttpContext context) => new AccountPage("Your second factor")
            .Text("Type the code that your authenticator app shows, or a recovery code.")
            .Form(
                "/account/second-factor", guard.Issue(context), "Continue",
                new FormField("code", "Code", "text", "one-time-code"), new FormField("challenge", Value: challenge), new FormField("returnTo", Value: returnTo));

        private static IResult Failed(string text, int status, HttpContext context)
            => new AccountPage("That did not work").Text(text, isError: true).Link("Sign in", "/account/signin").Show(context, status);
    }

    public static IResult Show(HttpContext context, FormGuard guard, IOptions<SignInProviders> providers, string? returnTo = null)
    {
        var page = new AccountPage("Sign in").Form(
            "/account/signin", guard.Issue(context), "Sign in",
            new FormField("email", "E-mail address", "email", "username"),
            new FormField("password", "Password", "password", "current-password"),
            new FormField("returnTo", Value: returnTo));
        foreach (var (name, provider) in providers.Value.Providers)
        {
            page.Link($"Sign in with {provider.Label ?? name}", QueryHelpers.AddQueryString($"/api/auth/oauth/{name}", "returnTo", returnTo is { Length: > 0 } ? returnTo : "/"));
        }

        return page.Show(context);
    }

    public static async Task<IResult> SignIn(HttpContext context, FormGuard guard, SignIns signIns, Answers answers, CancellationToken cancellationToken)
        => await PageForm.ReadAsync(context.Request, guard, cancellationToken) is { } form
            ? answers.Of(await signIns.SignInAsync(new SignInRequest(form["email"], form["password"]), cancellationToken), form["returnTo"], context)
            : PageForm.NotOurs(context);

    public static async Task<IResult> SecondFactor(
        HttpContext context, FormGuard guard, SecondFactorSignIns signIns, Answers answers, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is not { } form)
        {
            return PageForm.NotOurs(context);
        }

        var code = form["code"];
        var outcome = code.Any(char.IsAsciiLetter) || code.Contains('-', StringComparison.Ordinal)
            ? await signIns.RecoverAsync(form["challenge"], code, cancellationToken)
            : await signIns.VerifyAsync(form["challenge"], code, cancellationToken);
        return outcome is SignInOutcome.Refused { Code: "invalid_code" } refused
            ? answers.CodePage(form["challenge"], form["returnTo"], context).Text(refused.Detail, isError: true).Show(context, refused.Status)
            : answers.Of(outcome, form["returnTo"], context);
    }

    public static IResult ShowSignOut(HttpContext context, FormGuard guard)
        => new AccountPage("Sign out").Form("/account/signout", guard.Issue(context), "Sign out").Show(context);

    public static async Task<IResult> SignOut(
        HttpContext context, FormGuard guard, SessionStore sessions, SessionCookie cookie, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is null)
        {
            return PageForm.NotOurs(context);
        }

        if (context.CallerOrNull() is { } caller && await sessions.FindAsync(caller, cancellationToken) is var (session, _))
        {
            await sessions.RevokeAsync([session], "signed_out", cancellationToken);
        }

        cookie.Clear(context.Response);
        return new AccountPage("You are signed out").Link("Sign in", "/account/signin").Show(context);
    }
}
