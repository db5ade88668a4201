using OnePlatform.Gateway.Credentials;
using OnePlatform.Gateway.Limits;

namespace OnePlatform.Gateway.Proxy;

/// <summary>What the gateway knows of one request on its way through; set by the first gate, filled in by the next ones.</summary>
internal sealed class RequestPass(HttpContext context)
{
    public HttpContext Context => context;

    public RouteRule Rule { get; set; } = RouteRule.Unknown;

    /// <summary>Whom the credential stands for; null without one.</summary>
    public Grant? Grant { get; set; }

    public LimitState Limits { get; set; }

    /// <summary>A service has failed, and cannot say that it did nothing.</summary>
    public bool OutcomeIsUnknown { get; set; }

    /// <summary>The origin that may read the answer, or null.</summary>
    public string? AllowedOrigin { get; set; }

    public bool AllowsCookies { get; set; }

    public static RequestPass Of(HttpContext context) => context.Features.Get<RequestPass>() ?? throw new InvalidOperationException("The first gate did not see this request.");
}
