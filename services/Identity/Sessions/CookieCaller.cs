using System.Security.Claims;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Memberships;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

/// <summary>
/// Elsewhere the gateway exchanges the session cookie for a token. On the routes of sign-in it passes cookies through, for they
/// are Identity's own matter, and here they become the caller.
/// </summary>
internal static class CookieCaller
{
    /// <summary>For an endpoint that asks nothing but whose session it is, and reads the cookie itself.</summary>
    public static TBuilder ReadsTheCookie<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new CookieReader());

    /// <summary>The secret of the cookie; null without one, and when the request shows another credential.</summary>
    public static string? CookieOf(HttpContext context)
        => context.Request.Headers.Authorization.Count == 0 ? context.RequestServices.GetRequiredService<SessionCookie>().Read(context.Request) : null;

    public static void UseSessionCookie(this WebApplication app) => app.Use(static async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CookieReader>() is null && CookieOf(context) is { } cookie)
        {
            var services = context.RequestServices;
            var isSafe = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
            if ((isSafe || IsOwnPage(context.Request, services.GetRequiredService<ReturnAddresses>()))
                && await services.GetRequiredService<SessionStore>().FindLiveByCookieAsync(cookie, context.RequestAborted) is var (session, user))
            {
                context.User = await PrincipalAsync(session, user, services, context.RequestAborted);
            }
        }

        await next(context);
    });

    // A browser says where a request comes from; what is no browser has no cookie that somebody else could use. Our own pages keep
    // their address to themselves, and a browser then states the origin of their forms as "null".
    private static bool IsOwnPage(HttpRequest request, ReturnAddresses trusted)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return request.Headers.Origin.ToString() switch
        {
            "" => site is "" or "same-origin" or "none",
            "null" => site == "same-origin",
            var origin => trusted.Trusts(origin),
        };
    }

    private static async Task<ClaimsPrincipal> PrincipalAsync(Session session, User user, IServiceProvider services, CancellationToken cancellationToken)
    {
        var standing = await services.GetRequiredService<GroupEntry>().EnterDefaultAsync(user, session.Assurance, session.GroupId, cancellationToken);
        var role = services.GetRequiredService<SessionTokens>().RoleOf(user, standing);
        List<Claim> claims =
        [
            new(TokenClaims.Subject, user.Id.ToString()),
            new(TokenClaims.Kind, Caller.PersonKind),
            new(TokenClaims.SessionId, session.Id.ToString()),
            new(TokenClaims.Role, RoleNames.NameOf(role)),
            new(TokenClaims.Scope, "*"),
            new(TokenClaims.Assurance, session.Assurance == 2 ? "2" : "1"),
        ];
        if (standing is not null)
        {
            claims.Add(new Claim(TokenClaims.GroupId, standing.GroupId.ToString()));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, "cookie", TokenClaims.Subject, TokenClaims.Role));
    }

    private sealed class CookieReader;
}
