using Microsoft.AspNetCore.WebUtilities;
using OnePlatform.Identity.Mails;
using OnePlatform.Identity.OneTime;

namespace OnePlatform.Identity.Pages;

/// <summary>For who cannot sign in by password: a link by mail, to sign in with or to set a new password. It answers every address alike.</summary>
internal static class MailRequestPages
{
    public const string Path = "/account/mail-link";
    private const string Wish = "wish";

    public static string Address(string? returnTo) => string.IsNullOrEmpty(returnTo) ? Path : QueryHelpers.AddQueryString(Path, "returnTo", returnTo);

    public static IResult Show(HttpContext context, FormGuard guard, string? returnTo = null) => Page(context, guard, returnTo).Show(context);

    public static async Task<IResult> Ask(HttpContext context, FormGuard guard, MailRequests mails, CancellationToken cancellationToken)
    {
        if (await PageForm.ReadAsync(context.Request, guard, cancellationToken) is not { } form)
        {
            return PageForm.NotOurs(context);
        }

        var kind = form[Wish] == OneTimePurposes.ResetPassword ? OneTimePurposes.ResetPassword : OneTimePurposes.MagicLink;
        var (email, returnTo) = (form["email"], form["returnTo"] is { Length: > 0 } given ? given : null);
        return await mails.AskAsync(kind, email, returnTo, cancellationToken) switch
        {
            MailRequestOutcome.Invalid invalid => Page(context, guard, returnTo, email, invalid.Detail).Show(context, StatusCodes.Status400BadRequest),
            MailRequestOutcome.TooMany tooMany => PageAnswers.TooMany(tooMany.Wait, context),
            _ => new AccountPage("Look into your mail")
                .Text($"If {email} has an account, a mail with a link is on its way.")
                .Text("Nothing there after some minutes? Look among the unwanted mail, and whether the address is right.")
                .Link("Back to sign in", SignInPages.Address(returnTo)).Show(context),
        };
    }

    private static AccountPage Page(HttpContext context, FormGuard guard, string? returnTo, string? email = null, string? error = null)
        => new AccountPage("Get a link by mail").Error(error)
            .Form(
                Path, guard.Issue(context),
                [
                    new FormButton("Mail me a link to sign in", Wish, OneTimePurposes.MagicLink),
                    new FormButton("Mail me a link for a new password", Wish, OneTimePurposes.ResetPassword, IsQuiet: true),
                ],
                new FormField("email", "E-mail address", "email", "username", email, IsFirst: true),
                new FormField("returnTo", Value: returnTo))
            .Link("Back to sign in", SignInPages.Address(returnTo));
}
