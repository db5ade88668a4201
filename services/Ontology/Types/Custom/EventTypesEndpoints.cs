using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

internal static class EventTypesEndpoints
{
    public static void MapEventTypes(this RouteGroupBuilder ontology)
    {
        var types = ontology.MapGroup("/event-types");
        types.MapGet("/", List).WithName("ListEventTypes").WithSummary("List event types, the group's own and inherited ones among them")
            .Access(scope: null, Role.None);
        types.MapGet("/{name}", Get).WithName("GetEventType").WithSummary("Get an event type").Access(scope: null, Role.None);
        types.MapPost("/", Create).WithName("CreateEventType").WithSummary("Define an event type for the group and those below it")
            .Access("events:write", Role.GroupOwner).ProducesProblem(StatusCodes.Status409Conflict);
        types.MapPatch("/{name}", Change).WithName("UpdateEventType").WithSummary("Change an event type of the group (merge patch)")
            .Access("events:write", Role.GroupOwner)
            .Accepts<EventTypePatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        types.MapDelete("/{name}", Remove).WithName("DeleteEventType").WithSummary("Remove an event type that nothing has")
            .Access("events:delete", Role.GroupOwner).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<TypeList<EventTypeResponse>>> List(Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
        => TypedResults.Ok(new TypeList<EventTypeResponse>([.. (await lookup.OfAsync(caller, cancellationToken)).EventTypes.Select(t => t.Response)]));

    private static async Task<Results<TypeOk<EventTypeResponse>, NotFound>> Get(
        string name, Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
        => (await lookup.OfAsync(caller, cancellationToken)).FindEventType(name) is { } type
            ? new TypeOk<EventTypeResponse>(type.Response, type.Custom)
            : TypedResults.NotFound();

    private static async Task<Results<TypeCreated<EventTypeResponse>, ProblemHttpResult>> Create(
        CreateEventTypeRequest request, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        var types = await lookup.OfAsync(group.Caller, cancellationToken);
        if (types.FindEventType(request.Name) is not null)
        {
            return TypeProblems.Exists(request.Name);
        }

        if (request.Schema is { } given && TypeProblems.RefuseSchema(given) is { } wrong)
        {
            return wrong;
        }

        var data = new EventTypeData(
            request.Name, request.Category ?? "custom", "custom", request.Description ?? "", Schema: request.Schema ?? ObjectSchema.Anything);
        var problem = await store.CreateAsync(
            group.Caller, group.Id, TypeKinds.Event, request.Name, JsonSerializer.Serialize(data, ApiJson.Options), cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var made = (await lookup.OfAsync(group.Caller, cancellationToken)).FindEventType(request.Name)!;
        return new TypeCreated<EventTypeResponse>($"/api/ontology/event-types/{request.Name}", made.Response, made.Custom!);
    }

    private static async Task<Results<TypeOk<EventTypeResponse>, NotFound, ProblemHttpResult>> Change(
        string name, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        if ((await lookup.OfAsync(group.Caller, cancellationToken)).FindEventType(name) is not { } type)
        {
            return TypedResults.NotFound();
        }

        if (TypeLookup.Refuse(type.Custom, group) is { } refused)
        {
            return refused;
        }

        var (patch, problem) = PatchedBody.Read<EventTypePatch>(body, AsJson(new EventTypePatch
        {
            Description = type.Data.Description,
            Category = type.Data.Category,
            Schema = type.Data.Schema,
        }));
        if (patch is null)
        {
            return problem!;
        }

        if (patch.Schema is { } given && TypeProblems.RefuseSchema(given) is { } wrong)
        {
            return wrong;
        }

        var after = type.Data with
        {
            Category = patch.Category ?? "custom",
            Description = patch.Description ?? "",
            Schema = patch.Schema ?? ObjectSchema.Anything,
        };
        if (JsonNode.DeepEquals(AsJson(type.Data), AsJson(after)))
        {
            return new TypeOk<EventTypeResponse>(type.Response, type.Custom);
        }

        var outcome = await store.ChangeAsync(
            type.Custom!, TypeKinds.Event, name, AsJson(type.Data), AsJson(after), ifMatch,
            (_, _) => Task.FromResult<IReadOnlyList<ProblemError>>([]),
            cancellationToken);
        if (outcome is not null)
        {
            return outcome;
        }

        var changed = new EventType(after, type.Custom! with { Version = type.Custom.Version + 1 });
        return new TypeOk<EventTypeResponse>(changed.Response, changed.Custom);
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Remove(
        string name, IfMatch ifMatch, ActingGroup group, TypeLookup lookup, CustomTypeStore store, EventLog log, HttpContext context,
        CancellationToken cancellationToken)
    {
        if ((await lookup.OfAsync(group.Caller, cancellationToken)).FindEventType(name) is not { } type)
        {
            return TypedResults.NotFound();
        }

        if (TypeLookup.Refuse(type.Custom, group) is { } refused)
        {
            return refused;
        }

        // The events themselves are the log's; it says whether there are any.
        switch (await log.HasTypeAsync(name, context, cancellationToken))
        {
            case null:
                return EventLog.Unavailable(context);
            case true:
                return Problems.Conflict("type_in_use", "The type is in use: there are events of it, here or in groups below.");
        }

        return await store.RemoveAsync(type.Custom!, TypeKinds.Event, name, ifMatch, table: null, cancellationToken) is { } problem ? problem : TypedResults.NoContent();
    }

    private static JsonObject AsJson<T>(T value) => JsonSerializer.SerializeToNode(value, ApiJson.Options)!.AsObject();
}
