using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>Clients know the gateway's address only, while requests come here under an inner one.</summary>
internal sealed class SpeakAsTheGateway(ClientIssuer issuer) : IOpenIddictServerHandler<ProcessRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
        .UseSingletonHandler<SpeakAsTheGateway>()
        .SetOrder(OpenIddictServerAspNetCoreHandlers.ResolveRequestUri.Descriptor.Order + 500)
        .Build();

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context.RequestUri is { } received)
        {
            context.BaseUri = issuer.Address;
            context.RequestUri = new Uri(issuer.Address, received.PathAndQuery);
        }

        return ValueTask.CompletedTask;
    }
}
