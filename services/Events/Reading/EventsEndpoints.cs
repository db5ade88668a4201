using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

internal static class EventsEndpoints
{
    public const string Get = "GetEvent";

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var events = routes.MapGroup("/api/events").WithTags("Events").Access("events:read", Role.GroupUser);
        events.MapGet("/", ListEvents).WithName("ListEvents").WithSummary("Lists the events of the acting group, newest first.")
            .WithMetadata(EventLists.Newest)
            .WithDescription(
                "Parameters: type, actorId, targetId, source (each a comma-separated list), from, to (by occurredAt), q (full text over the "
                + "metadata), filter. With afterPosition the list follows the log in the order of positions; with beforePosition it goes back. "
                + "A page whose filter no index serves may have fewer rows than its limit, even none, while hasMore says to go on. "
                + "With platform=true a platform owner reads what belongs to no group.");
        events.MapGet("/{id:guid}", GetEvent).WithName(Get).WithSummary("Reads one event.");
        events.MapGet("/actor/{id:guid}", ListEventsOfActor).WithName("ListEventsOfActor").WithSummary("Lists what a person or key did, newest first.")
            .WithMetadata(EventLists.Newest);
        events.MapGet("/target/{id:guid}", ListEventsOfTarget).WithName("ListEventsOfTarget").WithSummary("Lists what happened to something, newest first.")
            .WithMetadata(EventLists.Newest);
    }

    private static Task<Results<ListOk<EventResponse>, ProblemHttpResult>> ListEvents(
        ListQuery query, Caller caller, LogScope scope, EventPages pages, CursorSigner cursors, CancellationToken cancellationToken)
        => ListAsync(query, caller, scope, pages, cursors, null, cancellationToken);

    private static Task<Results<ListOk<EventResponse>, ProblemHttpResult>> ListEventsOfActor(
        Guid id, ListQuery query, Caller caller, LogScope scope, EventPages pages, CursorSigner cursors, CancellationToken cancellationToken)
        => ListAsync(query, caller, scope, pages, cursors, ("actor_id", id), cancellationToken);

    private static Task<Results<ListOk<EventResponse>, ProblemHttpResult>> ListEventsOfTarget(
        Guid id, ListQuery query, Caller caller, LogScope scope, EventPages pages, CursorSigner cursors, CancellationToken cancellationToken)
        => ListAsync(query, caller, scope, pages, cursors, ("target_id", id), cancellationToken);

    private static async Task<Results<Ok<EventResponse>, NotFound, ProblemHttpResult>> GetEvent(
        Guid id, ListQuery query, Caller caller, LogScope scope, EventStore store, CancellationToken cancellationToken)
    {
        if ((await scope.EnterAsync(query, caller, cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        return await store.FindAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound();
    }

    private static async Task<Results<ListOk<EventResponse>, ProblemHttpResult>> ListAsync(
        ListQuery query, Caller caller, LogScope scope, EventPages pages, CursorSigner cursors, (string, Guid)? within,
        CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var (asked, errors) = EventQuery.Read(query, group, cursors, within);
        return asked is null
            ? errors.ToProblem()
            : new ListOk<EventResponse>(await pages.ListAsync(asked, cancellationToken), asked.Plan.Fields);
    }
}
