using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OnePlatform.ServiceDefaults;

/// <summary>Refuses a body whose charset nobody knows; the framework's readers take it for a fault of the server.</summary>
internal static class KnownCharsets
{
    public static void UseKnownCharsets(this WebApplication app) => app.Use(static (context, next) =>
        context.Request.ContentType is { Length: > 0 } stated && !IsKnown(stated)
            ? throw new BadHttpRequestException("The charset of the body is not known here; send UTF-8.", StatusCodes.Status415UnsupportedMediaType)
            : next(context));

    private static bool IsKnown(string stated)
    {
        if (!stated.Contains("charset", StringComparison.OrdinalIgnoreCase) || !MediaTypeHeaderValue.TryParse(stated, out var media) || !media.Charset.HasValue)
        {
            return true;
        }

        try
        {
            Encoding.GetEncoding(media.Charset.Value.Trim('"'));
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
