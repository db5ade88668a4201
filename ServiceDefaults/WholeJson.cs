using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OnePlatform.ServiceDefaults;

/// <summary>Answers written in one piece.</summary>
public static class WholeJson
{
    /// <summary>
    /// Writes JSON by the API's rules with its length before it. In chunks, as <c>WriteAsJsonAsync</c> does, it would go on through the
    /// gateway in several writes, and each wakes a process.
    /// </summary>
    public static async Task WriteWholeAsync<T>(this HttpResponse response, T value, CancellationToken cancellationToken)
    {
        response.ContentType = "application/json; charset=utf-8";
        await using (var writer = new Utf8JsonWriter(response.BodyWriter, new JsonWriterOptions { Encoder = ApiJson.Options.Encoder, SkipValidation = true }))
        {
            JsonSerializer.Serialize(writer, value, ApiJson.Options);
            writer.Flush();
            response.ContentLength = writer.BytesCommitted;
        }

        await response.BodyWriter.FlushAsync(cancellationToken);
    }
}
