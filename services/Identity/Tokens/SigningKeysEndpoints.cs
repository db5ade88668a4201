using Microsoft.AspNetCore.Http.HttpResults;

namespace OnePlatform.Identity.Tokens;

internal static class SigningKeysEndpoints
{
    public static void MapSigningKeys(this IEndpointRouteBuilder routes)
        => routes.MapGet("/.well-known/jwks", GetSigningKeys)
            .WithTags("OpenID Connect").WithName("GetSigningKeys").WithSummary("The public keys that access tokens are signed with")
            .AllowAnonymous();

    private static ContentHttpResult GetSigningKeys(SigningKeyRing ring, HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Content(ring.PublicSet, "application/json");
    }
}
