using OnePlatform.ServiceDefaults;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>Clients and their tokens belong to no group, and the library reads them before anybody could be asked for one.</summary>
internal sealed class ActAsThePlatform(TenantScope scope) : IOpenIddictServerHandler<ProcessRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ProcessRequestContext>()
        .UseScopedHandler<ActAsThePlatform>()
        .SetOrder(OpenIddictServerHandlers.InferEndpointType.Descriptor.Order + 500)
        .Build();

    public ValueTask HandleAsync(ProcessRequestContext context)
    {
        if (context.EndpointType != OpenIddictServerEndpointType.Unknown)
        {
            scope.ActAsSystem();
        }

        return ValueTask.CompletedTask;
    }
}
