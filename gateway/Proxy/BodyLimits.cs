using Microsoft.AspNetCore.Http.Features;

namespace OnePlatform.Gateway.Proxy;

/// <summary>
/// Finds the rule of the route, and refuses bodies larger than it allows before a byte is read. Small ones arrive whole before anything is
/// answered or passed on: a connection that ends under a body still being sent takes the answer with it, and a slow one would hold a service.
/// They can be read again from their beginning.
/// </summary>
internal sealed class BodyLimits(RequestDelegate next)
{
    public const int Small = 64 * 1024;
    private const long Mebibyte = 1024 * 1024;

    public Task InvokeAsync(HttpContext context)
    {
        var rule = context.GetEndpoint()?.Metadata.GetMetadata<RouteRule>() ?? RouteRule.Unknown;
        RequestPass.Of(context).Rule = rule;
        var limit = LimitOf(rule.Body);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = limit;
        }

        // Thrown, not answered, so that it looks the same as a body without a stated length that turns out too long.
        if (context.Request.ContentLength > limit)
        {
            throw new BadHttpRequestException($"The body is larger than the {limit} bytes allowed here.", StatusCodes.Status413PayloadTooLarge);
        }

        return context.Request.ContentLength is > 0 and <= Small and var length ? PassWholeAsync(context, (int)length) : next(context);
    }

    private async Task PassWholeAsync(HttpContext context, int length)
    {
        var whole = new byte[length];
        await context.Request.Body.ReadExactlyAsync(whole, context.RequestAborted);
        context.Request.Body = new MemoryStream(whole, writable: false);
        await next(context);
    }

    private static long? LimitOf(BodyKind body) => body switch
    {
        BodyKind.Bulk => 16 * Mebibyte,
        BodyKind.Document => 25 * Mebibyte,
        BodyKind.Unlimited => null,
        _ => Mebibyte,
    };
}
