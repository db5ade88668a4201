using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Events.Reading;
using OnePlatform.Querying;
using OnePlatform.Querying.Exporting;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Exporting;

internal static class ExportEndpoints
{
    public static void MapEventExport(this IEndpointRouteBuilder routes)
        => routes.MapGet("/api/events/export", ExportEvents).WithTags("Events").Access("events:read", Role.GroupUser)
            .Produces<string>(contentType: "application/x-ndjson").Produces<string>(contentType: "text/csv")
            .WithName("ExportEvents").WithMetadata(EventLists.Exporting).WithSummary("Downloads the log as NDJSON or CSV, in the order of positions.")
            .WithDescription("format is ndjson (unless told) or csv. Takes the filters of the list, and afterPosition to go on where another export ended. "
                + "In CSV a cell that a spreadsheet would take for a formula has a ' before it.");

    private static async Task<Results<ExportFile<EventResponse>, ProblemHttpResult>> ExportEvents(
        ListQuery query, Caller caller, LogScope scope, EventStore store, CursorSigner cursors, CancellationToken cancellationToken)
    {
        var (group, refusal) = await scope.EnterAsync(query, caller, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (query[EventLists.Format] is not (null or "ndjson" or "csv"))
        {
            return Problems.Invalid("/format", "invalid_parameter", "format takes one of ndjson, csv.");
        }

        var (asked, errors) = EventQuery.ReadForStream(query, group, cursors, EventLists.Exporting);
        return asked is null
            ? errors.ToProblem()
            : new ExportFile<EventResponse>(
                "events", query[EventLists.Format] == "csv", EventColumns.All, asked.Plan.Fields,
                store.PagesAsync(asked, await store.LastPositionAsync(cancellationToken), cancellationToken));
    }
}
