using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using OpenIddict.Server.AspNetCore;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>Answers that the library gives the shape of: a redirect or JSON, whatever the endpoint's rules ask for.</summary>
internal static class OpenIdConnectAnswers
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static IResult SignIn(ClaimsPrincipal principal) => Results.SignIn(principal, properties: null, Scheme);

    public static IResult SignOut() => Results.SignOut(properties: null, [Scheme]);

    public static IResult Refuse(string error, string description) => Results.Forbid(
        new AuthenticationProperties(new Dictionary<string, string?>
        {
            [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
            [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
        }),
        [Scheme]);

    /// <summary>The principal of the token that the request shows: code, refresh token, access token or id token hint.</summary>
    public static async Task<ClaimsPrincipal?> ShownAsync(HttpContext context) => (await context.AuthenticateAsync(Scheme)).Principal;
}
