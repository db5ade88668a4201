using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Types.Schemas;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

internal static class ConnectionTypesEndpoints
{
    public static void MapConnectionTypes(this RouteGroupBuilder ontology)
    {
        var types = ontology.MapGroup("/connection-types");
        types.MapGet("/", List).WithName("ListConnectionTypes").WithSummary("List connection types, the group's own and inherited ones among them")
            .Access(scope: null, Role.None);
        types.MapGet("/{name}", Get).WithName("GetConnectionType").WithSummary("Get a connection type").Access(scope: null, Role.None);
        types.MapPost("/", Create).WithName("CreateConnectionType").WithSummary("Define a connection type for the group and those below it")
            .Access("connections:write", Role.GroupOwner).ProducesProblem(StatusCodes.Status409Conflict);
        types.MapPatch("/{name}", Change).WithName("UpdateConnectionType").WithSummary("Change a connection type of the group (merge patch)")
            .Access("connections:write", Role.GroupOwner)
            .Accepts<ConnectionTypePatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        types.MapDelete("/{name}", Remove).WithName("DeleteConnectionType").WithSummary("Remove a connection type that nothing has")
            .Access("connections:delete", Role.GroupOwner).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<TypeList<ConnectionTypeResponse>>> List(Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
        => TypedResults.Ok(new TypeList<ConnectionTypeResponse>([.. (await lookup.OfAsync(caller, cancellationToken)).ConnectionTypes.Select(t => t.Response)]));

    private static async Task<Results<TypeOk<ConnectionTypeResponse>, NotFound>> Get(
        string name, Caller caller, TypeLookup lookup, CancellationToken cancellationToken)
        => (await lookup.OfAsync(caller, cancellationToken)).FindConnectionType(name) is { } type
            ? new TypeOk<ConnectionTypeResponse>(type.Response, type.Custom)
            : TypedResults.NotFound();

    private static async Task<Results<TypeCreated<ConnectionTypeResponse>, ProblemHttpResult>> Create(
        CreateConnectionTypeRequest request, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        var types = await lookup.OfAsync(group.Caller, cancellationToken);
        if (types.FindConnectionType(request.Name) is not null)
        {
            return TypeProblems.Exists(request.Name);
        }

        if (request.Schema is { } given && TypeProblems.RefuseSchema(given) is { } wrong)
        {
            return wrong;
        }

        if (RefuseEnds(types, request.From, request.To) is { } ends)
        {
            return ends;
        }

        var data = new ConnectionTypeData(
            request.Name, request.Category ?? "custom", request.Description ?? "", [.. request.From ?? ["*"]], [.. request.To ?? ["*"]],
            Inverse: request.Inverse, Acyclic: request.Acyclic, Mutual: request.Mutual, StrictEnds: request.StrictEnds, Cardinality: request.Cardinality,
            Schema: request.Schema ?? ObjectSchema.Anything);
        var problem = await store.CreateAsync(
            group.Caller, group.Id, TypeKinds.Connection, request.Name, JsonSerializer.Serialize(data, ApiJson.Options), cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var made = (await lookup.OfAsync(group.Caller, cancellationToken)).FindConnectionType(request.Name)!;
        return new TypeCreated<ConnectionTypeResponse>($"/api/ontology/connection-types/{request.Name}", made.Response, made.Custom!);
    }

    private static async Task<Results<TypeOk<ConnectionTypeResponse>, NotFound, ProblemHttpResult>> Change(
        string name, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        if ((await lookup.OfAsync(group.Caller, cancellationToken)).FindConnectionType(name) is not { } type)
        {
            return TypedResults.NotFound();
        }

        if (TypeLookup.Refuse(type.Custom, group) is { } refused)
        {
            return refused;
        }

        var (patch, problem) = PatchedBody.Read<ConnectionTypePatch>(body, AsJson(PatchOf(type.Data)));
        if (patch is null)
        {
            return problem!;
        }

        if (patch.Schema is { } given && TypeProblems.RefuseSchema(given) is { } wrong)
        {
            return wrong;
        }

        if (RefuseEnds(await lookup.OfAsync(group.Caller, cancellationToken), patch.From, patch.To) is { } ends)
        {
            return ends;
        }

        var after = type.Data with
        {
            Category = patch.Category ?? "custom",
            Description = patch.Description ?? "",
            From = [.. patch.From ?? ["*"]],
            To = [.. patch.To ?? ["*"]],
            Inverse = patch.Inverse,
            Acyclic = patch.Acyclic,
            Mutual = patch.Mutual,
            StrictEnds = patch.StrictEnds,
            Cardinality = patch.Cardinality,
            Schema = patch.Schema ?? ObjectSchema.Anything,
        };
        if (JsonNode.DeepEquals(AsJson(type.Data), AsJson(after)))
        {
            return new TypeOk<ConnectionTypeResponse>(type.Response, type.Custom);
        }

        var outcome = await store.ChangeAsync(
            type.Custom!, TypeKinds.Connection, name, AsJson(type.Data), AsJson(after), ifMatch,
            async (connection, token) =>
            [
                .. await TypeFit.OfRowsAsync(
                    connection, group.Id, "connections", "metadata", name, JsonSchemaReader.Read(after.Schema!.Value), token),
                .. await TypeFit.OfConnectionsAsync(connection, group.Id, after, token),
            ],
            cancellationToken);
        if (outcome is not null)
        {
            return outcome;
        }

        var changed = new ConnectionType(after, type.Custom! with { Version = type.Custom.Version + 1 });
        return new TypeOk<ConnectionTypeResponse>(changed.Response, changed.Custom);
    }

    private static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Remove(
        string name, IfMatch ifMatch, ActingGroup group, TypeLookup lookup, CustomTypeStore store, CancellationToken cancellationToken)
    {
        if ((await lookup.OfAsync(group.Caller, cancellationToken)).FindConnectionType(name) is not { } type)
        {
            return TypedResults.NotFound();
        }

        if (TypeLookup.Refuse(type.Custom, group) is { } refused)
        {
            return refused;
        }

        return await store.RemoveAsync(type.Custom!, TypeKinds.Connection, name, ifMatch, table: "connections", cancellationToken) is { } problem ? problem : TypedResults.NoContent();
    }

    private static ConnectionTypePatch PatchOf(ConnectionTypeData data) => new()
    {
        Description = data.Description,
        Category = data.Category,
        From = data.From,
        To = data.To,
        Inverse = data.Inverse,
        Acyclic = data.Acyclic,
        Mutual = data.Mutual,
        StrictEnds = data.StrictEnds,
        Cardinality = data.Cardinality,
        Schema = data.Schema,
    };

    private static ProblemHttpResult? RefuseEnds(TypeRegistry types, IReadOnlyList<string>? from, IReadOnlyList<string>? to)
    {
        List<ProblemError> unknown =
        [
            .. new[] { (Pointer: "/from", Names: from), (Pointer: "/to", Names: to) }.SelectMany(end => (end.Names ?? []).Index()
                .Where(name => name.Item != "*" && types.FindThingType(name.Item)?.Name != name.Item)
                .Select(name => new ProblemError($"{end.Pointer}/{name.Index}", "invalid_type", "There is no such thing type."))),
        ];
        return unknown.Count > 0 ? Problems.Invalid(unknown) : null;
    }

    private static JsonObject AsJson<T>(T value) => JsonSerializer.SerializeToNode(value, ApiJson.Options)!.AsObject();
}
