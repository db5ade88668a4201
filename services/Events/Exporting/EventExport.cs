using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using OnePlatform.Events.Reading;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Exporting;

/// <summary>
/// The log as one file, in the order of positions, read and written page by page. It ends where the log ended when the export
/// began. Should it fail in the middle the connection is cut, so that half a file is not taken for the whole.
/// </summary>
internal sealed class EventExport(EventQuery query, long last, bool isCsv, EventStore store) : IResult
{
    private const int PageSize = 1000;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"events.{(isCsv ? "csv" : "ndjson")}\"";
        if (isCsv)
        {
            await response.WriteAsync(EventCsv.Header, cancellationToken);
        }

        for (var position = query.AskedPosition ?? 0; position < last;)
        {
            (var page, position) = await store.AfterAsync(query, position, last, PageSize, cancellationToken);
            foreach (var found in page)
            {
                Write(found, response.BodyWriter);
            }

            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    private void Write(EventResponse found, PipeWriter output)
    {
        if (isCsv)
        {
            Encoding.UTF8.GetBytes(EventCsv.LineOf(found), output);
            return;
        }

        using (var json = new Utf8JsonWriter(output))
        {
            JsonSerializer.Serialize(json, found, ApiJson.Options);
        }

        output.Write("\n"u8);
    }
}
