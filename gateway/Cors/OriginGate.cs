using System.Globalization;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Proxy;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Cors;

/// <summary>Which origins may read answers, and which may use the session cookie.</summary>
internal sealed class OriginGate
{
    private const string Methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private const string Headers =
        "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, X-API-Key, X-Group-Id, X-Request-Id, traceparent, tracestate";

    private readonly GroupOrigins _groups;
    private readonly HashSet<string> _stated;
    private readonly string _own;
    private readonly string _maxAge;

    public OriginGate(GroupOrigins groups, IOptions<CorsOptions> options, IOptions<PlatformOptions> platform)
    {
        _groups = groups;
        _stated = new HashSet<string>(options.Value.Origins, StringComparer.OrdinalIgnoreCase);
        _own = platform.Value.PublicUrl.GetLeftPart(UriPartial.Authority);
        _maxAge = ((int)options.Value.PreflightLifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A cookie goes along with any request a browser makes; a page of another origin must not make it write.</summary>
    public bool MayUseCookies(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || IsOwn(request, origin) || _stated.Contains(origin);
    }

    public void Allow(RequestPass pass)
    {
        var origin = pass.Context.Request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return;
        }

        if (_stated.Contains(origin))
        {
            (pass.AllowedOrigin, pass.AllowsCookies) = (origin, true);
        }
        else if (pass.Grant is { } grant ? grant.AllowsOrigin(origin) : _groups.AnyAllows(origin))
        {
            pass.AllowedOrigin = origin;
        }
    }

    public static bool IsPreflight(HttpRequest request)
        => HttpMethods.IsOptions(request.Method) && request.Headers.Origin.Count > 0 && request.Headers.AccessControlRequestMethod.Count > 0;

    public void AnswerPreflight(RequestPass pass)
    {
        Allow(pass);
        var response = pass.Context.Response;
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.Append("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
        if (pass.AllowedOrigin is not null)
        {
            response.Headers.AccessControlAllowMethods = Methods;
            response.Headers.AccessControlAllowHeaders = Headers;
            response.Headers.AccessControlMaxAge = _maxAge;
        }
    }

    private bool IsOwn(HttpRequest request, string origin)
        => string.Equals(origin, _own, StringComparison.OrdinalIgnoreCase)
            || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}

internal static class CorsPipeline
{
    public static WebApplicationBuilder AddOrigins(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<CorsOptions>().BindConfiguration(CorsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<GroupOrigins>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GroupOrigins>());
        builder.Services.AddSingleton<OriginGate>();
        return builder;
    }

    /// <summary>Answers preflights here; no service hears of them.</summary>
    public static void UsePreflights(this WebApplication app)
    {
        var origins = app.Services.GetRequiredService<OriginGate>();
        app.Use((context, next) =>
        {
            if (!OriginGate.IsPreflight(context.Request))
            {
                return next(context);
            }

            origins.AnswerPreflight(RequestPass.Of(context));
            return Task.CompletedTask;
        });
    }
}
