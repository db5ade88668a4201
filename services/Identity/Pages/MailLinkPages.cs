using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Passwords;
using OnePlatform.Identity.Verification;

namespace OnePlatform.Identity.Pages;

internal static class MailLinkPages
{
    private const string SpentLink = "This link is unknown, has expired or was used before. Ask for another.";

    public static IResult ShowMagicLink(HttpContext context, FormGuard guard, string? token = null, string? returnTo = null)
        => new AccountPage("Sign in").Text("Use the button to sign in with the link from your mail.")
            .Form("/account/magic-link", guard.Issue(context), "Sign in", Hidden(token, returnTo)).Show(context);

    public static async Task<IResult> ConfirmMagicLink(
        HttpContext context, FormGuard guard, MagicLinks.MagicLinks links, PageAnswers answers, CancellationToken cancellationToken)
        => await PageForm.ReadAsync(context.Request, guard, cancellationToken) is { } form
            ? answers.Of(await links.SignInAsync(form["token"], cancellationToken), form["returnTo"], context)
            : PageForm.NotOurs(context);

    public static IResult ShowVerifyEmail(HttpContext context, FormGuard guard, string? token = null, string? returnTo = null)
        => new AccountPage("Confirm your e-mail address").Text("Use the button to confirm that the mail came to you.")
            .Form("/account/verify-email", guard.Issue(context), "Confirm", Hidden(token, returnTo)).Show(context);

    public static async Task<IResult> ConfirmVerifyEmail(
        HttpContext context, FormGuard guard, Verifications verifications, ReturnAddresses addresses, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is not { } form)
        {
            return PageForm.NotOurs(context);
        }

        return await verifications.VerifyAsync(form["token"], cancellationToken) switch
        {
            VerificationOutcome.Verified => new AccountPage("Your e-mail address is confirmed").Onward("Continue", PageForm.Onward(form["returnTo"], addresses)).Show(context),
            VerificationOutcome.EmailTaken => PageAnswers.Failed(context, "Another account has this address.", StatusCodes.Status409Conflict),
            VerificationOutcome.TooMany => PageAnswers.TooMany(VerificationEndpoints.Wait, context),
            _ => PageAnswers.Failed(context, SpentLink, StatusCodes.Status400BadRequest, SignInPages.Path),
        };
    }

    public static IResult ShowResetPassword(HttpContext context, FormGuard guard, string? token = null, string? returnTo = null)
        => ResetPage(guard.Issue(context), token, returnTo).Show(context);

    public static async Task<IResult> ConfirmResetPassword(
        HttpContext context, FormGuard guard, PasswordChanges changes, ReturnAddresses addresses, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is not { } form)
        {
            return PageForm.NotOurs(context);
        }

        return await changes.ResetAsync(form["token"], form["password"], cancellationToken) switch
        {
            PasswordOutcome.Changed => new AccountPage("Your password is changed").Text("Every session has ended. Sign in with the new password.")
                .Onward("Sign in", PageForm.Onward(form["returnTo"], addresses) is var onward and not "/" ? onward : SignInPages.Path).Show(context),
            PasswordOutcome.Invalid invalid => ResetPage(guard.Issue(context), form["token"], form["returnTo"], invalid.Errors[0].Detail)
                .Show(context, StatusCodes.Status400BadRequest),
            _ => PageAnswers.Failed(context, SpentLink, StatusCodes.Status400BadRequest, MailRequestPages.Path),
        };
    }

    private static AccountPage ResetPage(string guard, string? token, string? returnTo, string? error = null)
        => new AccountPage("Set a new password").Error(error).Form(
            "/account/reset-password", guard, "Set the password",
            [
                .. Hidden(token, returnTo),
                new FormField("password", "New password", "password", "new-password", Hint: "At least ten characters. Every session ends, and you sign in anew.", IsFirst: true),
            ]);

    private static FormField[] Hidden(string? token, string? returnTo) => [new FormField("token", Value: token), new FormField("returnTo", Value: returnTo)];
}
