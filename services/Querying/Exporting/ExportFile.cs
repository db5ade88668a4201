using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Querying.Exporting;

/// <summary>A column of a list as CSV.</summary>
/// <param name="Name">The field's.</param>
/// <param name="Value">Text, id, number, time or document; null leaves the cell empty.</param>
public sealed record ExportColumn<T>(string Name, Func<T, object?> Value);

/// <summary>
/// A whole list as one file, NDJSON or CSV, written page by page as it is read: its length costs no memory. Should it fail in the middle
/// the connection is cut, so that half a file is not taken for the whole.
/// </summary>
/// <param name="name">Of the file, without its ending.</param>
/// <param name="isCsv">Else it is NDJSON.</param>
/// <param name="columns">Those of the CSV, in their order.</param>
/// <param name="fields">What is left of each row, and which columns.</param>
/// <param name="pages">Read while they are written, so that a slow reader of the file must not hold anything between two of them.</param>
public sealed class ExportFile<T>(
    string name, bool isCsv, IReadOnlyList<ExportColumn<T>> columns, FieldSelection fields, IAsyncEnumerable<IReadOnlyList<T>> pages) : IResult
{
    private readonly ExportColumn<T>[] _columns = [.. columns.Where(c => fields.Keeps(c.Name))];

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = isCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{(isCsv ? "csv" : "ndjson")}\"";
        if (isCsv)
        {
            WriteLine(_columns.Select(c => c.Name), response.BodyWriter);
        }

        await foreach (var page in pages.WithCancellation(cancellationToken))
        {
            foreach (var row in page)
            {
                Write(row, response.BodyWriter);
            }

            await response.BodyWriter.FlushAsync(cancellationToken);
        }
    }

    private void Write(T row, PipeWriter output)
    {
        if (isCsv)
        {
            WriteLine(_columns.Select(c => Cut(c.Name, c.Value(row))), output);
            return;
        }

        using (var json = new Utf8JsonWriter(output))
        {
            if (fields.IsEverything)
            {
                JsonSerializer.Serialize(json, row, ApiJson.Options);
            }
            else
            {
                JsonSerializer.Serialize(json, fields.Cut(row), ApiJson.Options);
            }
        }

        output.Write("\n"u8);
    }

    private object? Cut(string column, object? value)
        => value is JsonElement document && fields.Below(column) is { IsEverything: false } below ? below.Cut(document)?.ToJsonString() : value;

    private static void WriteLine(IEnumerable<object?> cells, PipeWriter output) => Encoding.UTF8.GetBytes(Csv.LineOf(cells), output);
}
