using Microsoft.IdentityModel.Tokens;
using OnePlatform.Identity.Secrets;
using OnePlatform.Identity.Tokens;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>Checks tokens with the key they name: one that is published now, or the one for what only we read.</summary>
internal sealed class CheckWithTheRing(SigningKeyRing ring, DerivedKeys secrets) : IOpenIddictServerHandler<ValidateTokenContext>
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
        }

        return ValueTask.CompletedTask;
    }
}
