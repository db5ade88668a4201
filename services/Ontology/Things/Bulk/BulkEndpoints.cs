using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Ontology.Http;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Bulk;

internal static class BulkEndpoints
{
    public static void MapThingsBulk(this RouteGroupBuilder things)
    {
        var bulk = things.MapGroup("/bulk").WithMetadata(new RequestSizeLimitAttribute(BulkLimits.MostBytes));
        bulk.MapPost("/", Create).WithName("CreateThings").WithSummary("Create up to 10,000 things").Access("things:write", Role.GroupUser);
        bulk.MapPatch("/", Change).WithName("UpdateThings").WithSummary("Change up to 10,000 things").Access("things:write", Role.GroupUser)
            .ProducesProblem(StatusCodes.Status409Conflict);
        bulk.MapDelete("/", Archive).WithName("ArchiveThings").WithSummary("Archive up to 10,000 things with their connections")
            .Access("things:delete", Role.GroupUser);
    }

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> Create(
        BulkRequest request, ActingGroup group, BulkCreate bulk, CancellationToken cancellationToken, bool? strict = null)
        => Answer(await bulk.RunAsync(group.Caller, group.Id, request.Items, request.Atomic, strict, cancellationToken));

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> Change(
        BulkRequest request, ActingGroup group, BulkChange bulk, CancellationToken cancellationToken, bool? strict = null)
        => Answer(await bulk.RunAsync(group.Caller, group.Id, request, strict, cancellationToken));

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> Archive(
        [FromBody] BulkArchiveRequest request, ActingGroup group, BulkArchive bulk, CancellationToken cancellationToken)
        => Answer(await bulk.RunAsync(group.Caller, group.Id, request, cancellationToken));

    private static Results<Ok<BulkAnswer>, ProblemHttpResult> Answer((BulkAnswer? Done, ProblemHttpResult? Problem) outcome)
        => outcome.Done is { } done ? TypedResults.Ok(done) : outcome.Problem!;
}
