using System.Text.Json.Nodes;
using OnePlatform.ServiceDefaults;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace OnePlatform.Identity.OpenIdConnect;

internal static class UserInfoEndpoint
{
    public static async Task<IResult> Tell(HttpContext context, ClientSessions sessions, TenantScope scope, CancellationToken cancellationToken)
    {
        scope.ActAsSystem();
        if (await OpenIdConnectAnswers.ShownAsync(context) is not { } principal
            || await sessions.FindAsync(principal, cancellationToken) is not var (_, user)
            || !principal.HasScope(Scopes.OpenId))
        {
            return OpenIdConnectAnswers.Refuse(Errors.InsufficientScope, "This needs a person's access token with the scope 'openid'.");
        }

        var answer = new JsonObject { [Claims.Subject] = user.Id.ToString() };
        if (principal.HasScope(Scopes.Profile))
        {
            answer[Claims.Name] = user.Name;
            answer[Claims.UpdatedAt] = user.UpdatedAt.ToUnixTimeSeconds();
        }

        if (principal.HasScope(Scopes.Email))
        {
            answer[Claims.Email] = user.Email;
            answer[Claims.EmailVerified] = user.EmailVerified;
        }

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(answer);
    }
}
