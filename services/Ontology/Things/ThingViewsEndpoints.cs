using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things.Graph;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>Things seen otherwise than one by one.</summary>
internal static class ThingViewsEndpoints
{
    public static void MapThingViews(this RouteGroupBuilder things)
    {
        things.MapGet("/{id:guid}/history", History).WithName("ListThingVersions").WithSummary("The versions of a thing, with what each changed")
            .WithMetadata(ThingHistory.Definition)
            .Access("things:read", Role.GroupUser);
        things.MapGet("/aggregate", Aggregate).WithName("AggregateThings").WithSummary("Count things by type, status or maker")
            .WithMetadata(ThingList.AggregateDefinition).Access("things:read", Role.Customer);
        things.MapGet("/{id:guid}/graph", Walk).WithName("GetThingGraph").WithSummary("What is connected with a thing, step by step")
            .Access("connections:read", Role.Customer);
    }

    private static async Task<Results<ListOk<ThingVersionResponse>, NotFound, ProblemHttpResult>> History(
        Guid id, ListQuery query, ActingGroup group, ThingStore things, ThingHistory history, CancellationToken cancellationToken)
    {
        if (await things.FindAsync(group.Caller, group.Id, id, cancellationToken) is null)
        {
            return TypedResults.NotFound();
        }

        var (page, errors) = await history.ListAsync(group.Id, id, query, cancellationToken);
        return page is null ? errors.ToProblem() : page;
    }

    private static async Task<Results<Ok<ThingCounts>, ProblemHttpResult>> Aggregate(
        ListQuery query, ActingGroup group, ThingList things, CancellationToken cancellationToken)
    {
        var (counts, errors) = await things.CountAsync(group.Caller, group.Id, query, cancellationToken);
        return counts is null ? errors.ToProblem() : TypedResults.Ok(counts);
    }

    private static async Task<Results<Ok<GraphResponse>, NotFound, ProblemHttpResult>> Walk(
        Guid id, ActingGroup group, ThingStore things, ThingGraph graph, TypesInForce inForce, CancellationToken cancellationToken,
        [Range(1, 6)] int depth = 1, [AllowedValues("in", "out", "both")] string direction = "both", string? types = null, [Range(1, 1000)] int limit = 100)
    {
        var names = types?.Split(',').Select(name => inForce.Current.FindConnectionType(name)?.Name).ToArray();
        if (names?.Contains(null) == true)
        {
            return Problems.Invalid("/types", "invalid_type", "There is no such connection type; GET /api/ontology/connection-types lists them.");
        }

        return await things.FindAsync(group.Caller, group.Id, id, cancellationToken) is { } start
            ? TypedResults.Ok(await graph.WalkAsync(group.Caller, start, depth, direction, names!, limit, cancellationToken))
            : TypedResults.NotFound();
    }
}
