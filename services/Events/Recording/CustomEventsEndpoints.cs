using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Contracts;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Sequencing;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Events.Recording;

internal static class CustomEventsEndpoints
{
    private const string Source = "api";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public static void MapCustomEvents(this IEndpointRouteBuilder routes)
        => routes.MapPost("/api/events", CreateEvent).WithTags("Events").Access("events:write", Role.GroupUser)
            .WithName("CreateEvent").WithSummary("Adds an event of your own to the log.");

    private static async Task<Results<CreatedAtRoute<EventResponse>, ProblemHttpResult>> CreateEvent(
        CreateEventRequest request, Caller caller, RequestOrigin origin, LogWriter writer, LogGrowth growth, EventStore store, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (caller.GroupId is not { } group)
        {
            return LogScope.NoGroup();
        }

        var now = clock.GetUtcNow();
        if (CustomEventRules.Check(request, now) is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var line = new LogLine(
            Guid.CreateVersion7(now), group, request.Type, request.OccurredAt ?? now, request.TargetId, request.TargetKind, request.Metadata);
        var entry = LogEntry.From(line, origin.Current, Source, now);
        using var follower = growth.Follow(group);
        await writer.RecordAsync([entry], cancellationToken);

        // It is safe from here on; the wait is only so that the answer can name the position.
        var recorded = await store.FindAsync(line.Id, cancellationToken);
        while (recorded is null && clock.GetUtcNow() - now < s_patience)
        {
            await follower.WaitAsync(s_patience, cancellationToken);
            recorded = await store.FindAsync(line.Id, cancellationToken);
        }

        return TypedResults.CreatedAtRoute(recorded ?? entry.WithoutPosition(), EventsEndpoints.Get, new { id = line.Id });
    }
}
