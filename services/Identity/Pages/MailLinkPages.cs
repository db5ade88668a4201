using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Passwords;
using OnePlatform.Identity.Verification;

namespace OnePlatform.Identity.Pages;

internal static class MailLinkPages
{
    public static IResult ShowMagicLink(HttpContext context, FormGuard guard, string? token = null, string? returnTo = null)
        => new AccountPage("Sign in").Text("Use the button to sign in with the link from your mail.")
            .Form("/account/magic-link", guard.Issue(context), "Sign in", Hidden(token, returnTo)).Show(context);

    public static async Task<IResult> ConfirmMagicLink(
        HttpContext context, FormGuard guard, MagicLinks.MagicLinks links, SignInPages.Answers answers, CancellationToken cancellationToken)
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
            VerificationOutcome.Verified => new AccountPage("Your e-mail address is confirmed").Link("Continue", PageForm.Onward(form["returnTo"], addresses)).Show(context),
            VerificationOutcome.EmailTaken => Failed(context, "Another account has this address.", StatusCodes.Status409Conflict),
            VerificationOutcome.TooMany => Failed(context, "Too many attempts. Try again in a quarter of an hour.", StatusCodes.Status429TooManyRequests),
            _ => Failed(context, "This link is unknown, has expired or was used before.", StatusCodes.Status400BadRequest),
        };
    }

    /// <remarks>Accepting is Ontology's, by its own route; the button calls it with the session of whoever is signed in.</remarks>
    public static IResult ShowInvitation(HttpContext context, FormGuard guard, string? token = null)
    {
        var here = $"/account/accept-invitation?token={Uri.EscapeDataString(token ?? "")}";
        return new AccountPage("You are invited").Text("Sign in with the address that was invited, then use the button to take your place.")
            .Link("Sign in", $"/account/signin?returnTo={Uri.EscapeDataString(here)}")
            .Form($"/api/people/invitations/{Uri.EscapeDataString(token ?? "")}/accept", guard.Issue(context), "Accept", []).Show(context);
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
                .Link("Sign in", PageForm.Onward(form["returnTo"], addresses) is var onward and not "/" ? onward : "/account/signin").Show(context),
            PasswordOutcome.Invalid invalid => ResetPage(guard.Issue(context), form["token"], form["returnTo"])
                .Text(invalid.Errors[0].Detail, isError: true).Show(context, StatusCodes.Status400BadRequest),
            _ => Failed(context, "This link is unknown, has expired or was used before.", StatusCodes.Status400BadRequest),
        };
    }

    private static AccountPage ResetPage(string guard, string? token, string? returnTo)
        => new AccountPage("Set a new password").Text("At least ten characters. Every session ends.").Form(
            "/account/reset-password", guard, "Set the password",
            [.. Hidden(token, returnTo), new FormField("password", "New password", "password", "new-password")]);

    private static IResult Failed(HttpContext context, string text, int status) => new AccountPage("That did not work").Text(text, isError: true).Show(context, status);

    private static FormField[] Hidden(string? token, string? returnTo) => [new FormField("token", Value: token), new FormField("returnTo", Value: returnTo)];
}
