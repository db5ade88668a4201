using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.OAuth;
using OnePlatform.Identity.Sessions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Linked;

internal static class LinksEndpoints
{
    public static void MapLinks(this IEndpointRouteBuilder routes)
    {
        var accounts = routes.MapGroup("/api/auth/accounts").WithTags("Profile").WithMetadata(new RequestSizeLimitAttribute(64 * 1024)).Access(null, Role.None);
        accounts.MapGet("/", List).WithName("ListAccounts").WithSummary("The person's ways in")
            .WithDescription("The password, if there is one, under the name 'credential', and every linked provider.");
        accounts.MapPost("/{provider}", Link).WithName("LinkAccount").WithSummary("Begins to link a provider")
            .WithDescription("Answers with the provider's page. Both addresses, here and there, must be verified by the time the person comes back.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        accounts.MapDelete("/{provider}", Unlink).WithName("UnlinkAccount").WithSummary("Takes a way in away, but never the last")
            .WithDescription("A provider's name, or 'credential' for the password. The last way in stays: 409 last_way_in.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<LinkedAccountsResponse>, ProblemHttpResult>> List(
        Caller caller, SessionStore sessions, Links links, CancellationToken cancellationToken)
        => await sessions.FindAsync(caller, cancellationToken) is var (_, user)
            ? TypedResults.Ok(new LinkedAccountsResponse(await links.ListAsync(user, cancellationToken)))
            : SignInAnswers.NoSession();

    private static async Task<Results<Ok<LinkAccountResponse>, ProblemHttpResult>> Link(
        string provider, [FromBody] LinkAccountRequest? request, Caller caller, SessionStore sessions, PasswordProof proof, OAuthStarts starts,
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

        var start = await starts.BeginAsync(provider, request?.ReturnTo, session.Id, context);
        return start.Address is { } address ? TypedResults.Ok(new LinkAccountResponse(address)) : SignInAnswers.Refuse(start.Refused!, context);
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Unlink(
        string provider, [FromBody] UnlinkAccountRequest? request, Caller caller, SessionStore sessions, PasswordProof proof, Links links,
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

        return await links.RemoveAsync(user, provider, cancellationToken) switch
        {
            UnlinkOutcome.Unlinked => TypedResults.NoContent(),
            UnlinkOutcome.Unknown => TypedResults.NotFound(),
            _ => Problems.Conflict("last_way_in", "This is the only way in to the account. Set a password or link another provider first."),
        };
    }
}
