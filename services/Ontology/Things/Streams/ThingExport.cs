using System.Globalization;
using System.Text;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Streams;

/// <summary>Writes things page by page as they are read, one line each, so that the length of the answer costs no memory.</summary>
internal sealed class ThingExport(IAsyncEnumerable<IReadOnlyList<ThingResponse>> pages, bool asCsv) : IResult
{
    private const string Header = "id,type,name,status,externalId,createdBy,version,createdAt,updatedAt,archivedAt,properties\r\n";

    private static readonly byte[] s_newLine = "\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = asCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.ContentDisposition = $"attachment; filename=things.{(asCsv ? "csv" : "ndjson")}";
        if (asCsv)
        {
            await response.WriteAsync(Header, cancellationToken);
        }

        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var thing in page)
            {
                if (asCsv)
                {
                    await response.WriteAsync(LineOf(thing), cancellationToken);
                }
                else
                {
                    await JsonSerializer.SerializeAsync(response.Body, thing, ApiJson.Options, cancellationToken);
                    await response.Body.WriteAsync(s_newLine, cancellationToken);
                }
            }

            await response.Body.FlushAsync(cancellationToken);
        }
    }

    private static string LineOf(ThingResponse thing)
    {
        var line = new StringBuilder();
        string?[] cells =
        [
            thing.Id.ToString(), thing.Type, thing.Name, thing.Status, thing.ExternalId, thing.CreatedBy?.ToString(),
            thing.Version.ToString(CultureInfo.InvariantCulture), Time(thing.CreatedAt), Time(thing.UpdatedAt), Time(thing.ArchivedAt),
            thing.Properties.GetRawText(),
        ];
        foreach (var cell in cells)
        {
            line.Append(line.Length == 0 ? "" : ",").Append(Quote(cell ?? ""));
        }

        return line.Append("\r\n").ToString();
    }

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
