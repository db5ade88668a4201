using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Linked;
using OnePlatform.Identity.Profile;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Verification;

namespace OnePlatform.Identity.BetterAuth;

internal static class BetterAuthUsers
{
    public static async Task<IResult> Update(
        BetterAuthUpdateUserRequest request, HttpContext context, SessionStore sessions, Renaming renaming, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        return await renaming.RenameAsync(session, user, request.Name, cancellationToken) switch
        {
            RenamingOutcome.Renamed => TypedResults.Ok(new StatusResponse()),
            RenamingOutcome.Invalid => BetterAuthAnswers.Error(StatusCodes.Status400BadRequest, "INVALID_NAME", DisplayNames.Rule),
            _ => BetterAuthAnswers.Error(StatusCodes.Status409Conflict, "CONFLICT", "The profile was changed at the same moment."),
        };
    }

    public static async Task<IResult> Delete(
        BetterAuthPasswordRequest request, HttpContext context, SessionStore sessions, PasswordProof proof, Deletions deletions, SessionCookie cookie,
        BetterAuthAnswers answers, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return BetterAuthAnswers.NoSession();
        }

        if (await proof.CheckAsync(session, user, request.Password, cancellationToken) is { } refused)
        {
            return answers.Of(refused, context);
        }

        await deletions.DeleteAsync(user, cancellationToken);
        cookie.Clear(context.Response);
        return TypedResults.Ok(new { success = true, message = "User deleted" });
    }

    public static async Task<IResult> ListAccounts(HttpContext context, SessionStore sessions, Links links, CancellationToken cancellationToken)
        => await sessions.FindOwnAsync(context, cancellationToken) is var (_, user)
            ? TypedResults.Ok((await links.ListAsync(user, cancellationToken)).Select(
                l => new BetterAuthAccount($"{l.Provider}:{l.AccountId}", l.Provider, l.AccountId, user.Id, l.CreatedAt, l.CreatedAt, [])))
            : BetterAuthAnswers.NoSession();
}
