using Microsoft.AspNetCore.Http.Features;

namespace OnePlatform.Gateway.Proxy;

/// <summary>Finds the rule of the route, and refuses bodies larger than it allows before a byte is read.</summary>
internal sealed class BodyLimits(RequestDelegate next)
{
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
        return context.Request.ContentLength > limit
            ? throw new BadHttpRequestException($"The body is larger than the {limit} bytes allowed here.", StatusCodes.Status413PayloadTooLarge)
            : next(context);
    }

    private static long? LimitOf(BodyKind body) => body switch
    {
        BodyKind.Bulk => 16 * Mebibyte,
        BodyKind.Document => 25 * Mebibyte,
        BodyKind.Unlimited => null,
        _ => Mebibyte,
    };
}
