using Yarp.ReverseProxy.Forwarder;

namespace OnePlatform.Gateway.Proxy;

/// <summary>A request that an instance of a service never got goes to the next one: nothing of it was sent, so nothing can be done twice.</summary>
internal static class OtherInstances
{
    public static async Task TryAsync(HttpContext context, RequestDelegate next)
    {
        var proxied = context.GetReverseProxyFeature();
        var untried = proxied.AvailableDestinations;
        while (true)
        {
            await next(context);
            if (context.GetForwarderErrorFeature() is not { } error || !NeverArrived(error) || proxied.ProxiedDestination is not { } tried
                || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            untried = [.. untried.Where(destination => destination != tried)];
            if (untried.Count == 0)
            {
                return;
            }

            (proxied.AvailableDestinations, proxied.ProxiedDestination) = (untried, null);
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            // One that is held was read by the attempt that failed.
            if (context.Request.Body.CanSeek)
            {
                context.Request.Body.Position = 0;
            }
        }
    }

    /// <summary>Whether the error tells that no service got any of the request.</summary>
    public static bool NeverArrived(IForwarderErrorFeature error)
        => error.Error == ForwarderError.NoAvailableDestinations
            || error.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError };
}
