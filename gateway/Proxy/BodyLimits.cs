using System.IO.Pipelines;
using Microsoft.AspNetCore.Http.Features;

namespace OnePlatform.Gateway.Proxy;

/// <summary>
/// Finds the rule of the route, and refuses bodies larger than it allows before a byte is read. Small ones arrive whole before anything is
/// answered or passed on: a connection that ends under a body still being sent takes the answer with it, and a slow one would hold a service.
/// </summary>
internal sealed class BodyLimits(RequestDelegate next)
{
    private const long Mebibyte = 1024 * 1024;
    private const int Small = 64 * 1024;

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

        return context.Request.ContentLength is > 0 and <= Small and var length && context.Features.Get<IRequestBodyPipeFeature>() is { Reader: var body }
            ? PassWholeAsync(context, body, (int)length)
            : next(context);
    }

    // What was looked at and not taken stays in the server's own pipe for whoever reads the body.
    private async Task PassWholeAsync(HttpContext context, PipeReader body, int length)
    {
        var read = await body.ReadAtLeastAsync(length, context.RequestAborted);
        body.AdvanceTo(read.Buffer.Start);
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
