using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Groups;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types;

internal static class TypesEndpoints
{
    public static RouteGroupBuilder MapTypes(this IEndpointRouteBuilder routes)
    {
        var ontology = routes.MapGroup("/api/ontology").WithTags("Ontology");
        ontology.MapGet("/", Discover).WithName("DiscoverOntology").WithSummary("What the ontology has: versions, counts, features")
            .Access(scope: null, Role.None);
        ontology.MapGet("/thing-types", ListThingTypes).WithName("ListThingTypes").WithSummary("List thing types").Access(scope: null, Role.None);
        ontology.MapGet("/thing-types/{name}", GetThingType).WithName("GetThingType").WithSummary("Get a thing type").Access(scope: null, Role.None);
        ontology.MapGet("/connection-types", ListConnectionTypes).WithName("ListConnectionTypes").WithSummary("List connection types")
            .Access(scope: null, Role.None);
        ontology.MapGet("/connection-types/{name}", GetConnectionType).WithName("GetConnectionType").WithSummary("Get a connection type")
            .Access(scope: null, Role.None);
        ontology.MapGet("/event-types", ListEventTypes).WithName("ListEventTypes").WithSummary("List event types").Access(scope: null, Role.None);
        ontology.MapGet("/event-types/{name}", GetEventType).WithName("GetEventType").WithSummary("Get an event type").Access(scope: null, Role.None);
        return ontology;
    }

    private static Ok<OntologyResponse> Discover(TypeRegistry types) => TypedResults.Ok(new OntologyResponse(
        TypeRegistry.Version,
        ["groups", "people", "things", "connections", "events", "knowledge"],
        new OntologyCounts(
            types.ThingTypes.Count(t => t.Response.Tier == "canonical"),
            types.ThingTypes.Count(t => t.Response.Tier == "extension"),
            types.ConnectionTypes.Count,
            types.EventTypes.Count(t => t.Tier == "canonical"),
            types.EventTypes.Count(t => t.Tier == "operational"),
            GroupTypes.All.Count),
        ["aliases", "json-schema-2020-12", "nested-groups", "external-ids", "merge-patch", "bulk", "import", "export", "history", "graph", "quotas", "invitations"],
        new Dictionary<string, string>
        {
            ["thingTypes"] = "/api/ontology/thing-types",
            ["connectionTypes"] = "/api/ontology/connection-types",
            ["eventTypes"] = "/api/ontology/event-types",
        }));

    private static Ok<TypeList<ThingTypeResponse>> ListThingTypes(TypeRegistry types)
        => TypedResults.Ok(new TypeList<ThingTypeResponse>([.. types.ThingTypes.Select(t => t.Response)]));

    private static Results<Ok<ThingTypeResponse>, NotFound> GetThingType(string name, TypeRegistry types)
        => types.FindThingType(name) is { } type ? TypedResults.Ok(type.Response) : TypedResults.NotFound();

    private static Ok<TypeList<ConnectionTypeResponse>> ListConnectionTypes(TypeRegistry types)
        => TypedResults.Ok(new TypeList<ConnectionTypeResponse>([.. types.ConnectionTypes.Select(t => t.Response)]));

    private static Results<Ok<ConnectionTypeResponse>, NotFound> GetConnectionType(string name, TypeRegistry types)
        => types.FindConnectionType(name) is { } type ? TypedResults.Ok(type.Response) : TypedResults.NotFound();

    private static Ok<TypeList<EventTypeResponse>> ListEventTypes(TypeRegistry types)
        => TypedResults.Ok(new TypeList<EventTypeResponse>(types.EventTypes));

    private static Results<Ok<EventTypeResponse>, NotFound> GetEventType(string name, TypeRegistry types)
        => types.FindEventType(name) is { } type ? TypedResults.Ok(type) : TypedResults.NotFound();
}
