using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Connections.Bulk;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.Querying;
using OnePlatform.Querying.Documents;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections;

internal static class ConnectionsEndpoints
{
    public static RouteGroupBuilder MapConnections(this IEndpointRouteBuilder routes)
    {
        var connections = routes.MapGroup("/api/connections").WithTags("Connections").AddEndpointFilter<RouteGroupBuilder, KnowTypes>();
        connections.MapGet("/", List).WithName("ListConnections").WithSummary("List connections")
            .WithMetadata(ConnectionList.Definition).Access("connections:read", Role.Customer);
        connections.MapPost("/", Create).WithName("CreateConnection").WithSummary("Connect two things").Access("connections:write", Role.GroupUser)
            .ProducesProblem(StatusCodes.Status409Conflict);
        connections.MapGet("/{id:guid}", Get).WithName("GetConnection").WithSummary("Get a connection").Access("connections:read", Role.Customer);
        connections.MapPatch("/{id:guid}", Change).WithName("UpdateConnection").WithSummary("Change metadata, strength or validity (merge patch)")
            .Access("connections:write", Role.GroupUser)
            .Accepts<ConnectionPatch>("application/merge-patch+json", "application/json").ProducesProblem(StatusCodes.Status409Conflict);
        connections.MapDelete("/{id:guid}", Remove).WithName("DeleteConnection").WithSummary("Remove a connection")
            .Access("connections:delete", Role.GroupUser);
        connections.MapGet("/from/{id:guid}", ListFrom).WithName("ListConnectionsFrom").WithSummary("List the connections that begin at a thing")
            .WithMetadata(ConnectionList.Definition)
            .Access("connections:read", Role.Customer);
        connections.MapGet("/to/{id:guid}", ListTo).WithName("ListConnectionsTo").WithSummary("List the connections that end at a thing")
            .WithMetadata(ConnectionList.Definition)
            .Access("connections:read", Role.Customer);
        connections.MapConnectionsBulk();
        routes.MapGet("/api/things/{id:guid}/connections", OfThing).WithTags("Things").WithName("ListThingConnections")
            .WithMetadata(ConnectionList.OfThingDefinition)
            .WithSummary("List a thing's connections with the things at their other ends").Access("connections:read", Role.Customer);
        return connections;
    }

    private static async Task<Results<ListOk<ConnectionResponse>, ProblemHttpResult>> List(
        ListQuery query, ActingGroup group, ConnectionList connections, CancellationToken cancellationToken)
    {
        var (page, errors) = await connections.ListAsync(group.Caller, group.Id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static Task<Results<ListOk<ConnectionResponse>, NotFound, ProblemHttpResult>> ListFrom(
        Guid id, ListQuery query, ActingGroup group, ThingStore things, ConnectionList connections, CancellationToken cancellationToken)
        => ListAt("from_id", id, query, group, things, connections, cancellationToken);

    private static Task<Results<ListOk<ConnectionResponse>, NotFound, ProblemHttpResult>> ListTo(
        Guid id, ListQuery query, ActingGroup group, ThingStore things, ConnectionList connections, CancellationToken cancellationToken)
        => ListAt("to_id", id, query, group, things, connections, cancellationToken);

    private static async Task<Results<ListOk<ConnectionResponse>, NotFound, ProblemHttpResult>> ListAt(
        string end, Guid id, ListQuery query, ActingGroup group, ThingStore things, ConnectionList connections, CancellationToken cancellationToken)
    {
        if (await things.FindAsync(group.Caller, group.Id, id, cancellationToken) is null)
        {
            return TypedResults.NotFound();
        }

        var (page, errors) = await connections.ListAsync(group.Caller, group.Id, query, cancellationToken, end, id);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<ListOk<ConnectedThingResponse>, NotFound, ProblemHttpResult>> OfThing(
        Guid id, ListQuery query, ActingGroup group, ThingStore things, ConnectionList connections, CancellationToken cancellationToken)
    {
        if (await things.FindAsync(group.Caller, group.Id, id, cancellationToken) is null)
        {
            return TypedResults.NotFound();
        }

        var (page, errors) = await connections.OfThingAsync(group.Caller, group.Id, id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<VersionedOk<ConnectionResponse>, NotFound>> Get(
        Guid id, ActingGroup group, ConnectionStore connections, CancellationToken cancellationToken)
        => await connections.FindAsync(group.Caller, group.Id, id, cancellationToken) is { } connection
            ? new VersionedOk<ConnectionResponse>(connection)
            : TypedResults.NotFound();

    internal static async Task<Results<VersionedCreated<ConnectionResponse>, ProblemHttpResult>> Create(
        CreateConnectionRequest request, ActingGroup group, ConnectionStore connections, CancellationToken cancellationToken)
    {
        var (connection, problem) = await connections.CreateAsync(group.Caller, group.Id, request, cancellationToken);
        return connection is null ? problem! : new VersionedCreated<ConnectionResponse>($"/api/connections/{connection.Id}", connection);
    }

    internal static async Task<Results<VersionedOk<ConnectionResponse>, NotFound, ProblemHttpResult>> Change(
        Guid id, JsonObjectBody body, IfMatch ifMatch, ActingGroup group, ConnectionChanges changes, CancellationToken cancellationToken)
    {
        var (connection, problem) = await changes.PatchAsync(group, id, body, ifMatch, cancellationToken);
        return problem is not null ? problem : connection is null ? TypedResults.NotFound() : new VersionedOk<ConnectionResponse>(connection);
    }

    internal static async Task<Results<NoContent, NotFound, ProblemHttpResult>> Remove(
        Guid id, IfMatch ifMatch, ActingGroup group, ConnectionChanges changes, CancellationToken cancellationToken)
    {
        var (found, problem) = await changes.RemoveAsync(group, id, ifMatch, cancellationToken);
        return problem is not null ? problem : found ? TypedResults.NoContent() : TypedResults.NotFound();
    }
}

internal static class ConnectionsRegistration
{
    public static IServiceCollection AddThingConnections(this IServiceCollection services)
        => services.AddScoped<ConnectionRules>().AddScoped<ConnectionCycles>().AddScoped<ConnectionStore>().AddScoped<ConnectionChanges>()
            .AddScoped<ConnectionList>().AddScoped<ConnectionBulkCreate>().AddScoped<ConnectionBulkRemove>();
}
