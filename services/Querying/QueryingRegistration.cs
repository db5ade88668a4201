using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Querying;

/// <summary>What a service adds to use this room.</summary>
public static class QueryingRegistration
{
    /// <summary>Adds the <see cref="CursorSigner"/>, whose key comes from <see cref="QueryingOptions"/>, and the parameters of lists to OpenAPI.</summary>
    public static IServiceCollection AddQuerying(this IServiceCollection services)
    {
        services.AddOptions<QueryingOptions>().BindConfiguration(QueryingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IApiDescriptionProvider, ListQueryDescription>());
        return services.AddSingleton<CursorSigner>();
    }
}
