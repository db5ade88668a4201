using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Profile;

internal static class ProfileEndpoints
{
    public static void MapProfile(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Profile").WithMetadata(new RequestSizeLimitAttribute(64 * 1024)).Access(null, Role.None);
        auth.MapPatch("/me", Update).WithName("UpdateProfile").WithSummary("Changes the person's name").ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapDelete("/me", Delete).WithName("DeleteAccount").WithSummary("Deletes the account and everything personal in it");
    }

    private static async Task<Results<Ok<UserResponse>, ProblemHttpResult>> Update(
        UpdateProfileRequest request, Caller caller, SessionStore sessions, Renaming renaming, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        return await renaming.RenameAsync(session, user, request.Name, cancellationToken) switch
        {
            RenamingOutcome.Renamed => TypedResults.Ok(UserResponse.Of(user)),
            RenamingOutcome.Invalid => Problems.Invalid("/name", "invalid_name", DisplayNames.Rule),
            _ => Problems.Conflict("changed_meanwhile", "The profile was changed at the same moment. Read it and try again."),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        [FromBody] DeleteAccountRequest? request, Caller caller, SessionStore sessions, PasswordProof proof, Deletions deletions, SessionCookie cookie,
        HttpContext context, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        if (await proof.CheckAsync(session, user, request?.Password, cancellationToken) is { } refused)
        {
            return SignInAnswers.Refuse(refused, context);
        }

        await deletions.DeleteAsync(user, cancellationToken);
        cookie.Clear(context.Response);
        return TypedResults.NoContent();
    }
}
