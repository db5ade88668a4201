using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

internal static class EventViewsEndpoints
{
    public static void MapEventViews(this IEndpointRouteBuilder routes)
    {
        var views = routes.MapGroup("/api/events").WithTags("Events").Access("events:read", Role.GroupUser);
        views.MapGet("/timeline", GetTimeline).WithName("GetTimeline").WithSummary("Counts events per hour, day or week, and shows the newest.")
            .WithMetadata(ViewQuery.Timeline)
            .WithDescription("Parameters: bucket (hour, day, week), timezone (IANA name), from, to, type, limit (of the newest events), scope.");
        views.MapGet("/stats", GetEventStats).WithName("GetEventStats").WithSummary("The log in figures: by type, and who did most.")
            .WithMetadata(ViewQuery.Stats)
            .WithDescription("Parameters: from, to, type, timezone, scope. The last thirty days unless told.");
    }

    private static async Task<Results<Ok<TimelineResponse>, ProblemHttpResult>> GetTimeline(
        ListQuery query, Caller caller, LogScope scope, ViewStore store, CursorSigner cursors, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var (asked, errors) = ViewQuery.Read(ViewQuery.Timeline, query, group, cursors, clock.GetUtcNow());
        return asked is null ? errors.ToProblem() : TypedResults.Ok(await store.TimelineAsync(asked, cancellationToken));
    }

    private static async Task<Results<Ok<StatsResponse>, ProblemHttpResult>> GetEventStats(
        ListQuery query, Caller caller, LogScope scope, ViewStore store, CursorSigner cursors, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var (asked, errors) = ViewQuery.Read(ViewQuery.Stats, query, group, cursors, clock.GetUtcNow());
        return asked is null ? errors.ToProblem() : TypedResults.Ok(await store.StatsAsync(asked, cancellationToken));
    }
}
