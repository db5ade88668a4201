using Microsoft.AspNetCore.Mvc;

namespace OnePlatform.Identity.Pages;

/// <summary>The pages behind the links of mails. Opening one changes nothing, however often a scanner does; its button does.</summary>
internal static class PagesEndpoints
{
    private static readonly string[] s_reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPages(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("/account").WithMetadata(new RequestSizeLimitAttribute(64 * 1024)).ExcludeFromDescription().AllowAnonymous();
        pages.MapMethods("/magic-link", s_reading, MailLinkPages.ShowMagicLink).WithName("ShowMagicLinkPage");
        pages.MapPost("/magic-link", MailLinkPages.ConfirmMagicLink).WithName("ConfirmMagicLinkPage");
        pages.MapMethods("/verify-email", s_reading, MailLinkPages.ShowVerifyEmail).WithName("ShowVerifyEmailPage");
        pages.MapPost("/verify-email", MailLinkPages.ConfirmVerifyEmail).WithName("ConfirmVerifyEmailPage");
        pages.MapMethods("/reset-password", s_reading, MailLinkPages.ShowResetPassword).WithName("ShowResetPasswordPage");
        pages.MapPost("/reset-password", MailLinkPages.ConfirmResetPassword).WithName("ConfirmResetPasswordPage");
        pages.MapMethods("/mail-link", s_reading, MailRequestPages.Show).WithName("ShowMailRequestPage");
        pages.MapPost("/mail-link", MailRequestPages.Ask).WithName("MailRequestPage");
        pages.MapMethods("/accept-invitation", s_reading, InvitationPages.Show).WithName("ShowInvitationPage");
        pages.MapPost("/accept-invitation", InvitationPages.Accept).WithName("AcceptInvitationPage");
        pages.MapMethods("/signin", s_reading, SignInPages.Show).WithName("ShowSignInPage");
        pages.MapPost("/signin", SignInPages.SignIn).WithName("SignInPage");
        pages.MapPost("/second-factor", SignInPages.SecondFactor).WithName("SecondFactorPage");
        pages.MapMethods("/signout", s_reading, SignInPages.ShowSignOut).WithName("ShowSignOutPage");
        pages.MapPost("/signout", SignInPages.SignOut).WithName("SignOutPage");
    }
}
