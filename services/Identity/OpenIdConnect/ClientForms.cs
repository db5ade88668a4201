using Microsoft.AspNetCore.Http.Features;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>
/// Reads the forms of <c>/connect</c> before the library does: some of its operations have no route that would bound them, and a form that cannot
/// be read would be a fault of ours there.
/// </summary>
internal static class ClientForms
{
    private const long MostBytes = 64 * 1024;

    public static void UseClientForms(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.Request.Path.StartsWithSegments("/connect", StringComparison.OrdinalIgnoreCase))
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            {
                size.MaxRequestBodySize = MostBytes;
            }

            await ReadAsync(context);
            RefuseZeros(context.Request.Query);
        }

        await next(context);
    });

    private static async Task ReadAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return;
        }

        try
        {
            await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form cannot be read: a name, a value or their number is beyond what a form may have, or it is malformed.", fault);
        }
    }

    // No text in the database can hold one, so nothing that is looked up there has one either. Of a form the framework refuses it.
    private static void RefuseZeros(IQueryCollection query)
    {
        if (query.Any(value => value.Value.ToString().Contains('\0', StringComparison.Ordinal)))
        {
            throw new BadHttpRequestException("A value has the character zero.");
        }
    }
}
