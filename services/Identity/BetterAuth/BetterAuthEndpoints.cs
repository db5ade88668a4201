using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.BetterAuth;

/// <summary>The routes that Better Auth clients call, over the same gate and stores as the platform's own.</summary>
internal static class BetterAuthEndpoints
{
    public static void MapBetterAuth(this IEndpointRouteBuilder routes)
    {
        // Without a session these clients expect their own shape of 401, so each handler asks for it.
        var auth = routes.MapGroup("/api/auth").WithTags("Better Auth").WithMetadata(new RequestSizeLimitAttribute(64 * 1024)).AllowAnonymous();
        auth.MapPost("/sign-up/email", BetterAuthSignIns.SignUp).WithName("BetterAuthSignUp").WithSummary("As /signup");
        auth.MapPost("/sign-in/email", BetterAuthSignIns.SignIn).WithName("BetterAuthSignIn").WithSummary("As /signin");
        auth.MapPost("/sign-in/magic-link", BetterAuthSignIns.AskForMagicLink).WithName("BetterAuthMagicLink").WithSummary("As /magic-link");
        auth.MapGet("/magic-link/verify", BetterAuthSignIns.ShowMagicLink).WithName("BetterAuthMagicLinkPage").WithSummary("Leads to the confirm page; consumes nothing");
        auth.MapGet("/verify-email", BetterAuthSignIns.ShowVerifyEmail).WithName("BetterAuthVerifyEmailPage").WithSummary("Leads to the confirm page; consumes nothing");
        auth.MapPost("/send-verification-email", BetterAuthSignIns.SendVerification).WithName("BetterAuthSendVerification").WithSummary("As /verify-email/resend");
        auth.MapPost("/request-password-reset", BetterAuthSignIns.RequestReset).WithName("BetterAuthRequestReset").WithSummary("As /forgot-password");
        auth.MapPost("/sign-out", BetterAuthSessions.SignOut).WithName("BetterAuthSignOut").WithSummary("As /signout");
        auth.MapGet("/get-session", BetterAuthSessions.Get).WithName("BetterAuthGetSession").WithSummary("Session and user, or null").ReadsTheCookie();
        auth.MapGet("/list-sessions", BetterAuthSessions.List).WithName("BetterAuthListSessions").WithSummary("As /sessions");
        auth.MapPost("/revoke-session", BetterAuthSessions.Revoke).WithName("BetterAuthRevokeSession").WithSummary("Ends one of the person's sessions");
        auth.MapPost("/revoke-other-sessions", BetterAuthSessions.RevokeOthers).WithName("BetterAuthRevokeOthers").WithSummary("Ends every session but this one");
        auth.MapPost("/revoke-sessions", BetterAuthSessions.RevokeAll).WithName("BetterAuthRevokeAll").WithSummary("Ends every session");
        auth.MapPost("/update-user", BetterAuthUsers.Update).WithName("BetterAuthUpdateUser").WithSummary("Changes the person's name");
        auth.MapPost("/delete-user", BetterAuthUsers.Delete).WithName("BetterAuthDeleteUser").WithSummary("Deletes the account");
        auth.MapGet("/list-accounts", BetterAuthUsers.ListAccounts).WithName("BetterAuthListAccounts").WithSummary("The person's ways in");
        auth.MapPost("/sign-in/social", BetterAuthLinks.SignInSocial).WithName("BetterAuthSignInSocial").WithSummary("The page of a provider to sign in with");
        auth.MapPost("/sign-in/oauth2", BetterAuthLinks.SignInOAuth2).WithName("BetterAuthSignInOAuth2").WithSummary("The same for providers that the client does not know by name");
        auth.MapPost("/link-social", BetterAuthLinks.Link).WithName("BetterAuthLinkSocial").WithSummary("The page of a provider to link");
        auth.MapPost("/oauth2/link", BetterAuthLinks.LinkOAuth2).WithName("BetterAuthLinkOAuth2").WithSummary("The same for providers that the client does not know by name");
        auth.MapPost("/unlink-account", BetterAuthLinks.Unlink).WithName("BetterAuthUnlinkAccount").WithSummary("Takes a way in away, but never the last");
        auth.MapPost("/two-factor/enable", BetterAuthSecondFactor.Enable).WithName("BetterAuthEnableTwoFactor").WithSummary("Begins to set up an authenticator app");
        auth.MapPost("/two-factor/verify-totp", BetterAuthSecondFactor.Verify).WithName("BetterAuthVerifyTotp").WithSummary("Finishes the set-up or a sign-in");
        auth.MapPost("/two-factor/verify-backup-code", BetterAuthSecondFactor.Recover).WithName("BetterAuthVerifyBackupCode").WithSummary("Finishes a sign-in with a recovery code");
        auth.MapPost("/two-factor/get-totp-uri", BetterAuthSecondFactor.GetUri).WithName("BetterAuthGetTotpUri").WithSummary("The set-up again, for another device");
        auth.MapPost("/two-factor/generate-backup-codes", BetterAuthSecondFactor.RenewCodes).WithName("BetterAuthBackupCodes").WithSummary("Ten new recovery codes");
        auth.MapPost("/two-factor/disable", BetterAuthSecondFactor.Disable).WithName("BetterAuthDisableTwoFactor").WithSummary("Takes the second factor away");
        auth.MapBetterAuthOrganizations();
    }
}
