using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

internal static class SessionsEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/auth").WithTags("Authentication").WithMetadata(new RequestSizeLimitAttribute(64 * 1024));

        auth.MapPost("/signin", SignIn).WithName("SignIn").WithSummary("Signs in with e-mail and password")
            .AllowAnonymous().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status409Conflict);
        auth.MapPost("/refresh", Refresh).WithName("RefreshSession").WithSummary("Spends a refresh token for a new pair")
            .AllowAnonymous().ProducesProblem(StatusCodes.Status401Unauthorized);
        auth.MapPost("/signout", SignOut).WithName("SignOut").WithSummary("Ends this session").Access(null, Role.None);
        auth.MapGet("/session", GetSession).WithName("GetSession").WithSummary("Who is signed in, where, and how strongly").Access(null, Role.None);
        auth.MapGet("/sessions", List).WithName("ListSessions").WithSummary("Where the person is signed in").Access(null, Role.None);
        auth.MapDelete("/sessions/{id:guid}", Revoke).WithName("RevokeSession").WithSummary("Ends one of the person's sessions, everywhere within a second")
            .Access(null, Role.None);
        auth.MapPost("/sessions/revoke-others", RevokeOthers).WithName("RevokeOtherSessions").WithSummary("Ends every session but this one")
            .Access(null, Role.None);
        auth.MapPost("/switch-group", SwitchGroup).WithName("SwitchGroup").WithSummary("Makes an access token for another group of the person")
            .Access(null, Role.None);
    }

    private static async Task<Results<Ok<SignedInResponse>, Ok<SecondFactorRequiredResponse>, ProblemHttpResult>> SignIn(
        SignInRequest request, SignIns signIns, SignInAnswers answers, HttpContext context, CancellationToken cancellationToken)
        => answers.Of(await signIns.SignInAsync(request, cancellationToken), context);

    private static async Task<Results<Ok<SignedInResponse>, ProblemHttpResult>> Refresh(
        RefreshRequest request, SessionStore sessions, GroupEntry groups, SessionTokens tokens, CancellationToken cancellationToken)
    {
        if (await sessions.RotateAsync(request.RefreshToken, cancellationToken) is not var (opened, user))
        {
            return Problems.Unauthorized("invalid_refresh_token", "The refresh token is unknown, expired or was used before. Sign in again.");
        }

        var standing = await groups.EnterDefaultAsync(user, opened.Session.Assurance, opened.Session.GroupId, cancellationToken);
        return TypedResults.Ok(tokens.Respond(opened, user, standing));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SignOut(
        Caller caller, SessionStore sessions, SessionCookie cookie, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, _))
        {
            return SignInAnswers.NoSession();
        }

        await sessions.RevokeAsync([session], "signed_out", cancellationToken);
        cookie.Clear(response);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<CurrentSessionResponse>, ProblemHttpResult>> GetSession(
        Caller caller, SessionStore sessions, GroupEntry groups, SessionTokens tokens, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        var standing = await groups.EnterDefaultAsync(user, session.Assurance, caller.GroupId ?? session.GroupId, cancellationToken);
        return TypedResults.Ok(new CurrentSessionResponse(
            UserResponse.Of(user),
            SessionResponse.Of(session, session.Id),
            ActingGroupResponse.Of(standing),
            RoleNames.NameOf(tokens.RoleOf(user, standing)),
            session.Assurance));
    }

    private static async Task<Results<Ok<AccessTokenResponse>, NotFound, ProblemHttpResult>> SwitchGroup(
        SwitchGroupRequest request, Caller caller, SessionStore sessions, GroupSwitch groupSwitch, SessionTokens tokens, HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, user))
        {
            return SignInAnswers.NoSession();
        }

        return await groupSwitch.SwitchAsync(session, user, request.GroupId!.Value, response, cancellationToken) switch
        {
            Entry.Granted granted => TypedResults.Ok(tokens.RespondInGroup(session, user, granted.Standing)),
            Entry.Refused refused => Problems.Forbidden(refused.Code, refused.Detail),
            _ => TypedResults.NotFound(),
        };
    }

    private static async Task<Results<Ok<SessionListResponse>, ProblemHttpResult>> List(
        Caller caller, SessionStore sessions, CancellationToken cancellationToken)
        => await sessions.FindAsync(caller, cancellationToken) is var (session, _)
            ? TypedResults.Ok(new SessionListResponse(
                [.. (await sessions.ListLiveAsync(session.UserId, cancellationToken)).Select(s => SessionResponse.Of(s, session.Id))]))
            : SignInAnswers.NoSession();

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Revoke(
        Guid id, Caller caller, SessionStore sessions, SessionCookie cookie, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, _))
        {
            return SignInAnswers.NoSession();
        }

        // Among the person's own: another person's session is as absent as one that never was.
        var own = await sessions.ListLiveAsync(session.UserId, cancellationToken);
        if (own.FirstOrDefault(s => s.Id == id) is not { } ended)
        {
            return TypedResults.NotFound();
        }

        await sessions.RevokeAsync([ended], "revoked", cancellationToken);
        if (ended.Id == session.Id)
        {
            cookie.Clear(response);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeOthers(
        Caller caller, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (await sessions.FindAsync(caller, cancellationToken) is not var (session, _))
        {
            return SignInAnswers.NoSession();
        }

        var others = (await sessions.ListLiveAsync(session.UserId, cancellationToken)).Where(s => s.Id != session.Id);
        await sessions.RevokeAsync([.. others], "revoked", cancellationToken);
        return TypedResults.NoContent();
    }
}
