using Microsoft.Extensions.Options;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Sessions;
using OnePlatform.Identity.Verification;

namespace OnePlatform.Identity.BetterAuth;

internal static class BetterAuthSessions
{
    private static readonly TimeSpan s_renewal = TimeSpan.FromDays(1);

    public static async Task<IResult> SignOut(HttpContext context, SessionStore sessions, SessionCookie cookie, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is var (session, _))
        {
            await sessions.RevokeAsync([session], "signed_out", cancellationToken);
        }

        cookie.Clear(context.Response);
        return TypedResults.Ok(new { success = true });
    }

    public static async Task<IResult> Get(
        HttpContext context, SessionStore sessions, SessionCookie cookie, IdentityDb db, IOptions<IdentityOptions> options, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (session, user))
        {
            return TypedResults.Content("null", "application/json");
        }

        // These clients know no refresh token: using the session keeps it, and its cookie, for longer.
        var now = clock.GetUtcNow();
        if (session.ExpiresAt - now < options.Value.SessionLife - s_renewal && cookie.Renew(context))
        {
            (session.ExpiresAt, session.LastSeenAt) = (now + options.Value.SessionLife, now);
            await db.SaveChangesAsync(cancellationToken);
        }

        return TypedResults.Ok(new BetterAuthCurrent(BetterAuthAnswers.SessionOf(session), BetterAuthAnswers.UserOf(user)));
    }

    public static async Task<IResult> List(HttpContext context, SessionStore sessions, CancellationToken cancellationToken)
        => await sessions.FindOwnAsync(context, cancellationToken) is var (session, _)
            ? TypedResults.Ok((await sessions.ListLiveAsync(session.UserId, cancellationToken)).Select(BetterAuthAnswers.SessionOf))
            : BetterAuthAnswers.NoSession();

    public static Task<IResult> Revoke(BetterAuthRevokeRequest request, HttpContext context, SessionStore sessions, CancellationToken cancellationToken)
        => RevokeAsync(context, sessions, (session, _) => session.Id == request.Token, cancellationToken);

    public static Task<IResult> RevokeOthers(HttpContext context, SessionStore sessions, CancellationToken cancellationToken)
        => RevokeAsync(context, sessions, (session, current) => session.Id != current.Id, cancellationToken);

    public static Task<IResult> RevokeAll(HttpContext context, SessionStore sessions, CancellationToken cancellationToken)
        => RevokeAsync(context, sessions, (_, _) => true, cancellationToken);

    private static async Task<IResult> RevokeAsync(
        HttpContext context, SessionStore sessions, Func<Session, Session, bool> ends, CancellationToken cancellationToken)
    {
        if (await sessions.FindOwnAsync(context, cancellationToken) is not var (current, _))
        {
            return BetterAuthAnswers.NoSession();
        }

        var own = await sessions.ListLiveAsync(current.UserId, cancellationToken);
        await sessions.RevokeAsync([.. own.Where(s => ends(s, current))], "revoked", cancellationToken);
        return TypedResults.Ok(new StatusResponse());
    }
}
