using OnePlatform.Gateway.Cors;
using OnePlatform.Gateway.Limits;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Proxy;

/// <summary>The headers of every answer, errors included; set last, when nothing can clear them any more.</summary>
internal sealed class AnswerHeaders(RequestDelegate next, OriginGate origins, LimitCheck limits)
{
    private const string NothingAtAll = "default-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var pass = new RequestPass(context);
        context.Features.Set(pass);
        context.Response.OnStarting(state => CompleteAsync((RequestPass)state), pass);
        return next(context);
    }

    private Task CompleteAsync(RequestPass pass)
    {
        if (pass.Limits.Set is not null || pass.Context.Request.Path.StartsWithSegments("/health"))
        {
            Complete(pass);
            return Task.CompletedTask;
        }

        return TellLimitsAsync(pass);
    }

    /// <summary>For what was answered before the limits were asked, such as a preflight or a body that is too large.</summary>
    private async Task TellLimitsAsync(RequestPass pass)
    {
        await limits.TellAsync(pass);
        Complete(pass);
    }

    private void Complete(RequestPass pass)
    {
        origins.Allow(pass);
        var headers = pass.Context.Response.Headers;
        headers.Remove("Server");
        headers.Remove("X-Powered-By");
        headers.Remove(Outcome.Header);
        // Who may read an answer is decided here, never by a service.
        headers.Remove("Access-Control-Allow-Origin");
        headers.Remove("Access-Control-Allow-Credentials");
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = NothingAtAll;
        }

        if (pass.Rule.Credential != CredentialUse.None && headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }

        if (pass.AllowedOrigin is { } origin)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.AccessControlExposeHeaders = "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-Request-Id, Idempotency-Replayed, Set-Auth-Token";
            if (pass.AllowsCookies)
            {
                headers.AccessControlAllowCredentials = "true";
            }
        }

        if (pass.Context.Request.Headers.Origin.Count > 0)
        {
            headers.Append("Vary", "Origin");
        }

        LimitHeaders.Write(headers, pass.Limits);
    }
}
