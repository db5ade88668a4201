using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>The operations of the OpenID Connect server in the service's document: the library answers them before any route, so no route describes them.</summary>
internal sealed class OpenIdConnectDescription : IOpenApiDocumentTransformer
{
    public async Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        await using var text = typeof(OpenIdConnectDescription).Assembly.GetManifestResourceStream("openid-connect.json")!;
        var described = (await OpenApiDocument.LoadAsync(text, "json", cancellationToken: cancellationToken)).Document!;
        foreach (var (name, schema) in described.Components!.Schemas!)
        {
            document.AddComponent(name, schema);
        }

        foreach (var (path, item) in described.Paths)
        {
            foreach (var operation in item.Operations!.Values)
            {
                operation.AddCommonProblems(document);
            }

            document.Paths[path] = item;
        }
    }
}
