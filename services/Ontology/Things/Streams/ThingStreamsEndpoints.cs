using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OnePlatform.Ontology.Http;
using OnePlatform.Ontology.Things.Bulk;
using OnePlatform.Querying;
using OnePlatform.Querying.Exporting;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Streams;

internal static class ThingStreamsEndpoints
{
    public static void MapThingStreams(this RouteGroupBuilder things)
    {
        things.MapGet("/export", Export).WithName("ExportThings").WithSummary("Every thing of a list as NDJSON or CSV, streamed")
            .WithDescription(
                "format is ndjson (unless told) or csv. Takes the filters and orders of the list. In CSV a cell that a spreadsheet "
                + "would take for a formula has a ' before it. It is read page by page while it is sent: what "
                + "stays as it is meanwhile is in it exactly once, and what is created or changed may or may not be.")
            .WithMetadata(ThingList.ExportDefinition).Access("things:read", Role.Customer)
            .Produces(StatusCodes.Status200OK, contentType: "application/x-ndjson").ProducesProblem(StatusCodes.Status400BadRequest);
        things.MapPost("/import", Import).WithName("ImportThings").WithSummary("Create things from NDJSON of any length, with progress as NDJSON")
            .Access("things:write", Role.GroupUser).WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<CreateThingRequest>("application/x-ndjson").Produces<ImportProgress>(contentType: "application/x-ndjson");
    }

    private static async Task<IResult> Export(ListQuery query, ActingGroup group, ThingList things, CancellationToken cancellationToken)
    {
        var format = query[ThingList.Format] ?? "ndjson";
        if (format is not ("ndjson" or "csv"))
        {
            return Problems.Invalid("/format", "invalid_parameter", "format is ndjson or csv.");
        }

        var (pages, fields, errors) = await things.AllAsync(group.Caller, group.Id, query, cancellationToken);
        return pages is null ? errors.ToProblem() : new ExportFile<ThingResponse>("things", format == "csv", ThingColumns.All, fields, pages);
    }

    private static async Task<Results<EmptyHttpResult, ProblemHttpResult>> Import(
        HttpContext context, ActingGroup group, BulkCreate bulk, CancellationToken cancellationToken, bool? strict = null)
    {
        if (context.Request.GetTypedHeaders().ContentType is not { MediaType.Value: "application/x-ndjson" or "application/ndjson" or "application/jsonl" })
        {
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "An import is application/x-ndjson.");
        }

        context.Response.ContentType = "application/x-ndjson";
        await new ThingImport(bulk, group, strict, context.Request.BodyReader, context.Response.Body).RunAsync(cancellationToken);
        return TypedResults.Empty;
    }
}
