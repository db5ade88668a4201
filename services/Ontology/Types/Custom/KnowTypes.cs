using System.Text.Json;
using Npgsql;
using OnePlatform.Ontology.Batches;
using OnePlatform.Ontology.Connections;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>
/// Gives a request the types of its group. They are remembered; a request that names one that is not among them, or whose write finds
/// that one has changed, asks the database first, so that every instance sees a change at once.
/// </summary>
internal sealed class KnowTypes : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.CallerOrNull()?.GroupId is not { } group)
        {
            return await next(context);
        }

        var (catalog, inForce) = (http.RequestServices.GetRequiredService<TypeCatalog>(), http.RequestServices.GetRequiredService<TypesInForce>());
        inForce.Current = await catalog.OfAsync(group, http.RequestAborted);
        // An import names its types only as it goes.
        if (http.Request.Path.Value!.EndsWith("/import", StringComparison.Ordinal) || NamesOf(context).Any(name => inForce.Current.FindThingType(name) is null && inForce.Current.FindConnectionType(name) is null))
        {
            inForce.Current = await catalog.RefreshAsync(group, http.RequestAborted);
        }

        try
        {
            return await next(context);
        }
        catch (PostgresException ex) when (ex.SqlState == TypePolicy.HasChanged)
        {
            inForce.Current = await catalog.RefreshAsync(group, http.RequestAborted);
            return await next(context);
        }
    }

    private static IEnumerable<string> NamesOf(EndpointFilterInvocationContext context)
        => context.Arguments.SelectMany(NamesOf).Concat(context.HttpContext.Request.Query["types"].SelectMany(names => (names ?? "").Split(',')));

    private static IEnumerable<string> NamesOf(object? argument) => argument switch
    {
        CreateThingRequest request => [request.Type],
        PutThingRequest request => [request.Type],
        CreateConnectionRequest request => [request.Type],
        BulkRequest request => request.Items.Select(TypeOf).OfType<string>().Distinct(StringComparer.Ordinal),
        BatchRequest request => request.Operations.Select(o => o.Body is { } body ? TypeOf(body) : null).OfType<string>().Distinct(StringComparer.Ordinal),
        _ => [],
    };

    private static string? TypeOf(JsonElement item) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty("type", out var type)
        && type.ValueKind == JsonValueKind.String ? type.GetString() : null;
}
