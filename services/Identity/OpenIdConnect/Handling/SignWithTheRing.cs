using OnePlatform.Identity.Tokens;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>
/// What others read is signed with the platform's current key. Codes and refresh tokens, which only we read, keep to a key of
/// their own: they would otherwise end when a signing key is retired.
/// </summary>
internal sealed class SignWithTheRing(SigningKeyRing ring) : IOpenIddictServerHandler<GenerateTokenContext>
{
    public const string OwnKey = "sign";

    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<GenerateTokenContext>()
        .UseSingletonHandler<SignWithTheRing>()
        .SetOrder(OpenIddictServerHandlers.Protection.AttachSecurityCredentials.Descriptor.Order + 500)
        .Build();

    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType is TokenTypeIdentifiers.AccessToken or TokenTypeIdentifiers.IdentityToken)
        {
            context.SigningCredentials = ring.Current;
        }

        return ValueTask.CompletedTask;
    }
}
