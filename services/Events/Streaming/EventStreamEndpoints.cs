using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Sequencing;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Streaming;

internal static class EventStreamEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static void MapEventStream(this IEndpointRouteBuilder routes)
        => routes.MapGet("/api/events/stream", StreamEvents).WithTags("Events").Access("events:read", Role.GroupUser)
            .Produces<string>(contentType: "text/event-stream")
            .WithName("StreamEvents").WithMetadata(EventLists.Streaming).WithSummary("Follows the log as server-sent events.")
            .WithDescription(
                "Each message's id is the event's position and its data the event. Last-Event-ID, or afterPosition, says after which position to "
                + "begin; without either the stream begins with what comes next. Takes the filters of the list. Ends when the credential does.");

    private static async Task<Results<EventStream, ProblemHttpResult>> StreamEvents(
        ListQuery query, Caller caller, HttpContext context, LogScope scope, EventStore store, LogGrowth growth, CursorSigner cursors,
        IOptions<EventStreamOptions> options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var resume = context.Request.Headers[LastEventId].ToString();
        long? after = null;
        if (resume.Length > 0)
        {
            if (!long.TryParse(resume, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
            {
                return Problems.Invalid("/Last-Event-ID", "invalid_parameter", "Last-Event-ID is the id of a message of this stream.");
            }

            after = position;
        }

        var (asked, errors) = EventQuery.ReadForStream(query, group, cursors, EventLists.Streaming);
        if (asked is null)
        {
            return errors.ToProblem();
        }

        after ??= asked.AskedPosition ?? await store.LastPositionAsync(cancellationToken);
        return new EventStream(asked, group, after.Value, store, growth, options.Value.Heartbeat, clock, EndOf(context));
    }

    private static DateTimeOffset EndOf(HttpContext context)
        => long.TryParse(context.User.FindFirst("exp")?.Value, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.MaxValue;
}
