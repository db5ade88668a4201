using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>Adds to the discovery document what we do beside the library.</summary>
internal sealed class DescribeTheServer(ClientIssuer issuer) : IOpenIddictServerHandler<HandleConfigurationRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<HandleConfigurationRequestContext>()
        .UseSingletonHandler<DescribeTheServer>()
        .SetOrder(int.MaxValue - 1000)
        .Build();

    public ValueTask HandleAsync(HandleConfigurationRequestContext context)
    {
        context.JsonWebKeySetEndpoint = new Uri(issuer.Address, "/.well-known/jwks");
        context.GrantTypes.Add(OpenIddictConstants.GrantTypes.TokenExchange);
        return ValueTask.CompletedTask;
    }
}
