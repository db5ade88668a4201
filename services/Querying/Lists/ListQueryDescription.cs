using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;

namespace OnePlatform.Querying.Lists;

/// <summary>
/// Names the query parameters behind a <see cref="ListQuery"/> in the API description, and so in OpenAPI, which sees
/// nothing of a type that binds itself. A list's own are known where the endpoint has its <see cref="ListDefinition"/> as metadata.
/// </summary>
internal sealed class ListQueryDescription : IApiDescriptionProvider
{
    // After the provider that finds the endpoints, which is at -1100.
    public int Order => -1000;

    public void OnProvidersExecuting(ApiDescriptionProviderContext context)
    {
        foreach (var description in context.Results)
        {
            var metadata = description.ActionDescriptor.EndpointMetadata;
            if (metadata.OfType<Marker>().Any())
            {
                var lists = metadata.OfType<ListDefinition>().ToArray();
                var shared = ListQueryReader.Shared.Where(s => !lists.Any(l => l.Without.Contains(s.Name)));
                var own = lists.SelectMany(l => l.Parameters).Select(p => (p.Name, typeof(string)));
                foreach (var (name, type) in shared.Concat(own))
                {
                    description.ParameterDescriptions.Add(Describe(name, type));
                }
            }
        }
    }

    public void OnProvidersExecuted(ApiDescriptionProviderContext context)
    {
    }

    private static ApiParameterDescription Describe(string name, Type type) => new()
    {
        Name = name,
        Type = type,
        Source = BindingSource.Query,
        ModelMetadata = new EmptyModelMetadataProvider().GetMetadataForType(type),
        ParameterDescriptor = new ParameterDescriptor { Name = name, ParameterType = type },
    };

    /// <summary>On every endpoint that takes a <see cref="ListQuery"/>.</summary>
    internal sealed class Marker;
}
