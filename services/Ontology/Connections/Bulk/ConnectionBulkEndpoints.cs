using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections.Bulk;

internal static class ConnectionBulkEndpoints
{
    public static void MapConnectionsBulk(this RouteGroupBuilder connections)
    {
        var bulk = connections.MapGroup("/bulk").WithMetadata(new RequestSizeLimitAttribute(BulkLimits.MostBytes));
        bulk.MapPost("/", Create).WithName("CreateConnections").WithSummary("Connect up to 10,000 pairs of things").Access("connections:write", Role.GroupUser)
            .ProducesProblem(StatusCodes.Status409Conflict);
        bulk.MapDelete("/", Remove).WithName("DeleteConnections").WithSummary("Remove up to 10,000 connections").Access("connections:delete", Role.GroupUser)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> Create(
        BulkRequest request, ActingGroup group, ConnectionBulkCreate bulk, CancellationToken cancellationToken)
        => Answer(await bulk.RunAsync(group.Caller, group.Id, request, cancellationToken));

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> Remove(
        [FromBody] BulkArchiveRequest request, ActingGroup group, ConnectionBulkRemove bulk, CancellationToken cancellationToken)
        => Answer(await bulk.RunAsync(group.Caller, group.Id, request, cancellationToken));

    private static Results<Ok<BulkAnswer>, ProblemHttpResult> Answer((BulkAnswer? Done, ProblemHttpResult? Problem) outcome)
        => outcome.Done is { } done ? TypedResults.Ok(done) : outcome.Problem!;
}
