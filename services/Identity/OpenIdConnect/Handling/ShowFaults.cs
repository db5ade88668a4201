using Microsoft.AspNetCore;
using OnePlatform.Identity.Pages;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OnePlatform.Identity.OpenIdConnect.Handling;

/// <summary>A request so wrong that nobody can be sent back with it ends at a page, for a person is looking at it.</summary>
internal sealed class ShowFaults : IOpenIddictServerHandler<ApplyAuthorizationResponseContext>, IOpenIddictServerHandler<ApplyEndSessionResponseContext>
{
    // After the redirects, which go first where the client's address is good, and before the library's own plain text.
    private const int Order = 500_500;

    public static OpenIddictServerHandlerDescriptor AtAuthorization { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyAuthorizationResponseContext>()
        .AddFilter<OpenIddictServerAspNetCoreHandlerFilters.RequireHttpRequest>()
        .UseSingletonHandler<ShowFaults>()
        .SetOrder(Order)
        .Build();

    public static OpenIddictServerHandlerDescriptor AtEndSession { get; } = OpenIddictServerHandlerDescriptor.CreateBuilder<ApplyEndSessionResponseContext>()
        .AddFilter<OpenIddictServerAspNetCoreHandlerFilters.RequireHttpRequest>()
        .UseSingletonHandler<ShowFaults>()
        .SetOrder(Order)
        .Build();

    public ValueTask HandleAsync(ApplyAuthorizationResponseContext context) => ShowAsync(context);

    public ValueTask HandleAsync(ApplyEndSessionResponseContext context) => ShowAsync(context);

    private static async ValueTask ShowAsync(BaseRequestContext context)
    {
        if (context.Transaction.Response is { Error: not null } error && context.Transaction.GetHttpRequest()?.HttpContext is { } http)
        {
            await ConsentPages.Failed(http, error).ExecuteAsync(http);
            context.HandleRequest();
        }
    }
}
