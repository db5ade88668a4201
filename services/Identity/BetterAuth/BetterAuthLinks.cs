using OnePlatform.Identity.Linked;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Verification;

namespace OnePlatform.Identity.BetterAuth;

internal static class BetterAuthLinks
{
    public static async Task<IResult> SignInSocial(BetterAuthSocialRequest request, HttpContext context, OAuthStarts starts, BetterAuthAnswers answers)
        => answers.Of(await starts.BeginAsync(request.Provider, request.CallbackURL, sessionId: null, context), context);

    public static async Task<IResult> SignInOAuth2(BetterAuthOAuth2Request request, HttpContext context, OAuthStarts starts, BetterAuthAnswers answers)
        => answers.Of(await starts.BeginAsync(request.ProviderId, request.CallbackURL, sessionId: null, context), context);

    public static Task<IResult> Link(
        BetterAuthSocialRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, OAuthStarts starts, BetterAuthAnswers answers, CancellationToken cancellationToken)
        => LinkAsync(request.Provider, request.CallbackURL, context, sessions, proof, starts, answers, cancellationToken);

    public static Task<IResult> LinkOAuth2(
        BetterAuthOAuth2Request request, HttpContext context, SessionStore sessions, PasswordProof proof, OAuthStarts starts, BetterAuthAnswers answers, CancellationToken cancellationToken)
        => LinkAsync(request.ProviderId, request.CallbackURL, context, sessions, proof, starts, answers, cancellationToken);

    public static async Task<IResult> Unlink(
        BetterAuthUnlinkRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, Links links, BetterAuthAnswers answers, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        if (await proof.CheckAsync(session, user, password: null, cancellationToken) is { } refused)
        {
            return answers.Of(refused, context);
        }

        return await links.RemoveAsync(user, request.ProviderId, cancellationToken) switch
        {
            UnlinkOutcome.Unlinked => TypedResults.Ok(new StatusResponse()),
            UnlinkOutcome.Unknown => BetterAuthAnswers.Error(StatusCodes.Status400BadRequest, "ACCOUNT_NOT_FOUND", "No such account is linked."),
            _ => BetterAuthAnswers.Error(StatusCodes.Status400BadRequest, "FAILED_TO_UNLINK_LAST_ACCOUNT", "This is the only way in to the account."),
        };
    }

    private static async Task<IResult> LinkAsync(
        string provider, string? returnTo, HttpContext context, SessionStore sessions, PasswordProof proof, OAuthStarts starts, BetterAuthAnswers answers, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        return await proof.CheckAsync(session, user, password: null, cancellationToken) is { } refused
            ? answers.Of(refused, context)
            : answers.Of(await starts.BeginAsync(provider, returnTo, session.Id, context), context);
    }
}
