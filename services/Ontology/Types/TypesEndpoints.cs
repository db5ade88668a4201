using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types;

internal static class TypesEndpoints
{
    public static RouteGroupBuilder MapTypes(this IEndpointRouteBuilder routes)
    {
        var ontology = routes.MapGroup("/api/ontology").WithTags("Ontology");
        ontology.MapGet("/", Discover).WithName("DiscoverOntology").WithSummary("What the ontology has: versions, counts, features")
            .Access(scope: null, Role.None);
        ontology.MapThingTypes();
        ontology.MapConnectionTypes();
        ontology.MapEventTypes();
        return ontology;
    }

    private static async Task<Ok<OntologyResponse>> Discover(Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
    {
        var types = await lookup.OfAsync(caller, cancellationToken);
        return TypedResults.Ok(new OntologyResponse(
            TypeRegistry.Version,
            ["groups", "people", "things", "connections", "events", "knowledge"],
            new OntologyCounts(
                types.ThingTypes.Count(t => t.Response.Tier == "canonical"),
                types.ThingTypes.Count(t => t.Response.Tier == "extension"),
                types.ConnectionTypes.Count(t => t.Custom is null),
                types.EventTypes.Count(t => t.Response.Tier == "canonical"),
                types.EventTypes.Count(t => t.Response.Tier == "operational"),
                GroupTypes.All.Count,
                types.ThingTypes.Count(t => t.Custom is not null),
                types.ConnectionTypes.Count(t => t.Custom is not null),
                types.EventTypes.Count(t => t.Custom is not null)),
            [
                "aliases", "json-schema-2020-12", "custom-types", "nested-groups", "external-ids", "merge-patch", "bulk", "batch", "import", "export",
                "history", "graph", "quotas", "invitations",
            ],
            new Dictionary<string, string>
            {
                ["thingTypes"] = "/api/ontology/thing-types",
                ["connectionTypes"] = "/api/ontology/connection-types",
                ["eventTypes"] = "/api/ontology/event-types",
            }));
    }
}

internal static class TypesRegistration
{
    public static IServiceCollection AddTypes(this IServiceCollection services) => services
        .AddSingleton<TypeRegistry>().AddSingleton<TypeCatalog>()
        .AddScoped<TypesInForce>().AddScoped<TypeLookup>().AddScoped<CustomTypeStore>();
}
