using Microsoft.Extensions.Options;
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
        HttpContext context, CurrentSessions current, SessionStore sessions, SessionCookie cookie, IOptions<IdentityOptions> options, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (CookieCaller.CookieOf(context) is not { } secret)
        {
            return await sessions.FindOwnAsync(context, cancellationToken) is var (session, user)
                ? TypedResults.Ok(new BetterAuthCurrent(BetterAuthAnswers.SessionOf(session), BetterAuthAnswers.UserOf(user)))
                : BetterAuthAnswers.Nothing();
        }

        // These clients know no refresh token: using the session keeps it, and its cookie, for longer.
        var found = await current.FindAsync(secret, cancellationToken);
        if (found is not null && found.Session.ExpiresAt - clock.GetUtcNow() < options.Value.SessionLife - s_renewal
            && await sessions.FindLiveByCookieAsync(secret, cancellationToken) is var (ageing, _))
        {
            await sessions.ProlongAsync(ageing, cancellationToken);
            cookie.Renew(context);
            found = found with { Session = BetterAuthAnswers.SessionOf(ageing) };
        }

        return found is null ? BetterAuthAnswers.Nothing() : TypedResults.Ok(found);
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
