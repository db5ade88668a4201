using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.SecondFactors;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Pages;

internal static class SignInPages
{
    public const string Path = "/account/signin";

    public static IResult Show(HttpContext context, FormGuard guard, IOptions<SignInProviders> providers, string? returnTo = null)
        => Page(context, guard, providers.Value, returnTo).Show(context);

    public static async Task<IResult> SignIn(
        HttpContext context, FormGuard guard, SignIns signIns, PageAnswers answers, IOptions<SignInProviders> providers, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is not { } form)
        {
            return PageForm.NotOurs(context);
        }

        var outcome = await signIns.SignInAsync(new SignInRequest(form["email"], form["password"]), cancellationToken);
        return outcome == SignInOutcome.WrongCredentials
            ? Page(context, guard, providers.Value, form["returnTo"], form["email"], SignInOutcome.WrongCredentials.Detail).Show(context, SignInOutcome.WrongCredentials.Status)
            : answers.Of(outcome, form["returnTo"], context);
    }

    public static async Task<IResult> SecondFactor(
        HttpContext context, FormGuard guard, SecondFactorSignIns signIns, PageAnswers answers, CancellationToken cancellationToken)
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
            ? answers.CodePage(form["challenge"], form["returnTo"], context, refused.Detail).Show(context, refused.Status)
            : answers.Of(outcome, form["returnTo"], context);
    }

    public static IResult ShowSignOut(HttpContext context, FormGuard guard) => new AccountPage("Sign out?")
        .Text("Your session in this browser ends.")
        .Form("/account/signout", guard.Issue(context), "Sign out")
        .Show(context);

    public static async Task<IResult> SignOut(
        HttpContext context, FormGuard guard, SessionStore sessions, SessionCookie cookie, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is null)
        {
            return PageForm.NotOurs(context);
        }

        if (await sessions.FindOwnAsync(context, cancellationToken) is var (session, _))
        {
            await sessions.RevokeAsync([session], "signed_out", cancellationToken);
        }

        cookie.Clear(context.Response);
        return SignedOut(context);
    }

    public static IResult SignedOut(HttpContext context) => new AccountPage("You are signed out").Onward("Sign in", Path).Show(context);

    /// <summary>The address of the sign-in page, from where it goes on to another.</summary>
    public static string Address(string? returnTo) => string.IsNullOrEmpty(returnTo) ? Path : QueryHelpers.AddQueryString(Path, "returnTo", returnTo);

    private static AccountPage Page(
        HttpContext context, FormGuard guard, SignInProviders providers, string? returnTo, string? email = null, string? error = null)
    {
        var page = new AccountPage("Sign in").Error(error).Form(
            Path, guard.Issue(context), "Sign in",
            new FormField("email", "E-mail address", "email", "username", email, IsFirst: error is null),
            new FormField("password", "Password", "password", "current-password", IsFirst: error is not null),
            new FormField("returnTo", Value: returnTo));
        foreach (var (name, provider) in providers.Providers)
        {
            page.Way($"Sign in with {provider.Label ?? name}", QueryHelpers.AddQueryString($"/api/auth/oauth/{name}", "returnTo", returnTo is { Length: > 0 } ? returnTo : "/"));
        }

        return page.Link("Forgot the password? Get a link by mail", MailRequestPages.Address(returnTo));
    }
}
