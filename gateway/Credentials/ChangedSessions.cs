using OnePlatform.ServiceDefaults;
using Yarp.ReverseProxy.Transforms;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Ends the grants of a session that the request changed, before its answer goes out. Other instances hear of it by event.</summary>
internal static class ChangedSessions
{
    public static ValueTask ForgetAsync(ResponseTransformContext transform)
    {
        var headers = transform.HttpContext.Response.Headers;
        if (!headers.TryGetValue(ChangedSession.Header, out var stated))
        {
            return default;
        }

        headers.Remove(ChangedSession.Header);
        return Guid.TryParse(stated, out var session)
            ? new ValueTask(transform.HttpContext.RequestServices.GetRequiredService<GrantEviction>().EvictAsync([session]))
            : default;
    }
}
