using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Tokens;
using OnePlatform.ServiceDefaults;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>Checks tokens with the key they name: one that is published now, or the one for what only we read.</summary>
internal sealed class CheckWithTheRing(SigningKeyRing ring, DerivedKeys secrets, ClientIssuer issuer, TimeProvider clock) : IOpenIddictServerHandler<ValidateTokenContext>
{
    private readonly SymmetricSecurityKey _own = secrets.ForClients(SignWithTheRing.OwnKey);

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
        .UseSingletonHandler<CheckWithTheRing>()
        .SetOrder(OpenIddictServerHandlers.Protection.ResolveTokenValidationParameters.Descriptor.Order + 500)
        .Build();

    public ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.TokenValidationParameters is { } parameters)
        {
            parameters.IssuerSigningKeys = null;
            parameters.IssuerSigningKeyResolver = (_, _, keyId, _) => keyId == _own.KeyId ? [_own] : keyId is not null && ring.Find(keyId) is { } key ? [key] : [];
            // The library goes by what it has noted of a token; an access token must be good by what it says itself, too.
            (parameters.ValidateLifetime, parameters.ValidateAudience) = (true, true);
            parameters.LifetimeValidator = (from, to, token, _) => !IsAccessToken(token) || (to > clock.GetUtcNow().UtcDateTime && !(from > clock.GetUtcNow().UtcDateTime.AddSeconds(1)));
            parameters.AudienceValidator = (audiences, token, _) => !IsAccessToken(token) || audiences.Contains(issuer.Name);
        }

        return ValueTask.CompletedTask;
    }

    private static bool IsAccessToken(SecurityToken token) => token is JsonWebToken { Typ: Authentication.TokenType };
}
