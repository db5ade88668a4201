using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>A code or refresh token that comes back was copied: the session it led to ends, and with it every token of the family.</summary>
internal sealed class EndReusedFamilies(IOpenIddictTokenManager tokens, ClientSessions sessions) : IOpenIddictServerHandler<ValidateTokenContext>
{
    // Before the library looks, for it stops at the first refusal.
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ValidateTokenContext>()
        .UseScopedHandler<EndReusedFamilies>()
        .SetOrder(OpenIddictServerHandlers.Protection.ValidateTokenEntry.Descriptor.Order - 500)
        .Build();

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.TokenId is { } id
            && context.Principal is { } principal
            && (principal.HasTokenType(TokenTypeIdentifiers.RefreshToken) || principal.HasTokenType(TokenTypeIdentifiers.Private.AuthorizationCode))
            && await tokens.FindByIdAsync(id, context.CancellationToken) is { } token
            && await tokens.HasStatusAsync(token, Statuses.Redeemed, context.CancellationToken))
        {
            await sessions.EndAsync(principal, "client_token_reused", context.CancellationToken);
        }
    }
}
