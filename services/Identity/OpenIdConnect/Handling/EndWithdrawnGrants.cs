using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>Whichever token of a person a client gives back, its whole grant ends (RFC 7009 §2.1), at the gateway too.</summary>
internal sealed class EndWithdrawnGrants(ClientSessions sessions) : IOpenIddictServerHandler<HandleRevocationRequestContext>
{
    // After the library has marked the token, so that the gateway, when it asks anew, hears of it.
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<HandleRevocationRequestContext>()
        .UseScopedHandler<EndWithdrawnGrants>()
        .SetOrder(OpenIddictServerHandlers.Revocation.RevokeToken.Descriptor.Order + 500)
        .Build();

    public async ValueTask HandleAsync(HandleRevocationRequestContext context)
    {
        if (context.GenericTokenPrincipal is not { } principal)
        {
            return;
        }

        if (ClientSessions.IdOf(principal) is not null)
        {
            await sessions.EndAsync(principal, "client_token_revoked", context.CancellationToken);
        }
        else
        {
            await sessions.ForgetClientAsync(principal, context.CancellationToken);
        }
    }
}
