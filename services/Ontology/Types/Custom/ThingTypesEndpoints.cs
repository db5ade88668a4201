using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types.Schemas;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

internal static class ThingTypesEndpoints
{
    public static void MapThingTypes(this RouteGroupBuilder ontology)
    {
        var types = ontology.MapGroup("/thing-types");
        types.MapGet("/", List).WithName("ListThingTypes").WithSummary("List thing types, the group's own and inherited ones among them")
            .Access(scope: null, Role.None);
        types.MapGet("/{name}", Get).WithName("GetThingType").WithSummary("Get a thing type").Access(scope: null, Role.None);
        types.MapPost("/", Create).WithName("CreateThingType").WithSummary("Define a thing type for the group and those below it")
            .Access("things:write", Role.GroupOwner).ProducesProblem(StatusCodes.Status409Conflict);
        types.MapPatch("/{name}", Change).WithName("UpdateThingType").WithSummary("Change a thing type of the group (merge patch)")
            .Access("things:write", Role.GroupOwner)
            .Accepts<ThingTypePatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        types.MapDelete("/{name}", Remove).WithName("DeleteThingType").WithSummary("Remove a thing type that nothing has")
            .Access("things:delete", Role.GroupOwner).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<TypeList<ThingTypeResponse>>> List(Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
        => TypedResults.Ok(new TypeList<ThingTypeResponse>([.. (await lookup.OfAsync(caller, cancellationToken)).ThingTypes.Select(t => t.Response)]));

    private static async Task<Results<TypeOk<ThingTypeResponse>, NotFound>> Get(
        string name, Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
        => (await lookup.OfAsync(caller, cancellationToken)).FindThingType(name) is { } type
            ? new TypeOk<ThingTypeResponse>(type.Response, type.Custom)
            : TypedResults.NotFound();

    private static async Task<Results<TypeCreated<ThingTypeResponse>, ProblemHttpResult>> Create(
        CreateThingTypeRequest request, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        var types = await lookup.OfAsync(group.Caller, cancellationToken);
        if (types.FindThingType(request.Name) is not null)
        {
            return TypeProblems.Exists(request.Name);
        }

        if (TypeProblems.RefuseSchema(request.Schema) is { } wrong)
        {
            return wrong;
        }

        var data = new ThingTypeData(
            request.Name, request.Category ?? "custom", "custom", request.Description ?? "", Documented: [.. request.Documented ?? []], Schema: request.Schema);
        var problem = await store.CreateAsync(
            group.Caller, group.Id, TypeKinds.Thing, request.Name, JsonSerializer.Serialize(data, ApiJson.Options), cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var made = (await lookup.OfAsync(group.Caller, cancellationToken)).FindThingType(request.Name)!;
        return new TypeCreated<ThingTypeResponse>($"/api/ontology/thing-types/{request.Name}", made.Response, made.Custom!);
    }

    private static async Task<Results<TypeOk<ThingTypeResponse>, NotFound, ProblemHttpResult>> Change(
        string name, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        if ((await lookup.OfAsync(group.Caller, cancellationToken)).FindThingType(name) is not { } type)
        {
            return TypedResults.NotFound();
        }

        if (TypeLookup.Refuse(type.Custom, group) is { } refused)
        {
            return refused;
        }

        var (patch, problem) = PatchedBody.Read<ThingTypePatch>(body, AsJson(new ThingTypePatch
        {
            Schema = type.Response.Schema,
            Description = type.Data.Description,
            Category = type.Data.Category,
            Documented = type.Data.Documented,
        }));
        if (patch is null)
        {
            return problem!;
        }

        if (TypeProblems.RefuseSchema(patch.Schema) is { } wrong)
        {
            return wrong;
        }

        var after = type.Data with
        {
            Category = patch.Category ?? "custom",
            Description = patch.Description ?? "",
            Documented = [.. patch.Documented ?? []],
            Schema = patch.Schema,
        };
        if (JsonNode.DeepEquals(AsJson(type.Data), AsJson(after)))
        {
            return new TypeOk<ThingTypeResponse>(type.Response, type.Custom);
        }

        var outcome = await store.ChangeAsync(
            type.Custom!, TypeKinds.Thing, name, AsJson(type.Data), AsJson(after), ifMatch,
            async (connection, token) => await TypeFit.OfRowsAsync(
                connection, group.Id, "things", "properties", name, JsonSchemaReader.Read(patch.Schema), token),
            cancellationToken);
        if (outcome is not null)
        {
            return outcome;
        }

        var changed = new ThingType(after, type.Custom! with { Version = type.Custom.Version + 1 });
        return new TypeOk<ThingTypeResponse>(changed.Response, changed.Custom);
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Remove(
        string name, IfMatch ifMatch, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        if ((await lookup.OfAsync(group.Caller, cancellationToken)).FindThingType(name) is not { } type)
        {
            return TypedResults.NotFound();
        }

        if (TypeLookup.Refuse(type.Custom, group) is { } refused)
        {
            return refused;
        }

        return await store.RemoveAsync(type.Custom!, TypeKinds.Thing, name, ifMatch, table: "things", cancellationToken) is { } problem ? problem : TypedResults.NoContent();
    }

    private static JsonObject AsJson<T>(T value) => JsonSerializer.SerializeToNode(value, ApiJson.Options)!.AsObject();
}
