using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>An API key is exchanged by whoever holds it, client or not, and is none of the library's tokens: see <see cref="KeyGrant"/>.</summary>
internal sealed class LeaveKeysToUs : IOpenIddictServerHandler<ExtractTokenRequestContext>
{
    public static OpenIddictServerHandlerDescriptor Descriptor { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ExtractTokenRequestContext>()
        .UseSingletonHandler<LeaveKeysToUs>()
        .SetOrder(int.MaxValue - 1000)
        .Build();

    public ValueTask HandleAsync(ExtractTokenRequestContext context)
    {
        if (context.Request?.IsTokenExchangeGrantType() ?? false)
        {
            context.SkipRequest();
        }

        return ValueTask.CompletedTask;
    }
}
