using OnePlatform.Gateway.Proxy;
using Scalar.AspNetCore;

namespace OnePlatform.Gateway.Documents;

internal static class DocumentRegistration
{
    // The reference page brings its own script and styles, and writes some of both into itself.
    private const string ReferencePolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

    public static WebApplicationBuilder AddDocuments(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ApiDocuments>();
        builder.Services.AddResponseCompression(compression => compression.EnableForHttps = true);
        return builder;
    }

    public static void MapDocuments(this WebApplication app)
    {
        app.MapGet("/", () => Results.Redirect("/docs")).WithMetadata(RouteRule.Public);
        app.MapGet("/api/health", HealthEndpoint.Answer).WithMetadata(RouteRule.Welcoming);
        app.MapGet("/openapi/v1.json", ApiDocuments.Answer).WithMetadata(RouteRule.Public);
        app.MapGet("/problems", ProblemPages.List).WithMetadata(RouteRule.Public);
        app.MapGet("/problems/{code}", ProblemPages.Show).WithMetadata(RouteRule.Public);
        app.MapScalarApiReference("/docs", (options, context) =>
            {
                // What is left out would send readers, or what they look at, to a service of somebody else.
                options.WithOpenApiRoutePattern("/openapi/v1.json").WithTitle("OnePlatform API")
                    .DisableAgent().DisableMcp().DisableTelemetry().HideDeveloperTools().HideClientButton().DisableDefaultFonts();
                context.Response.Headers.ContentSecurityPolicy = ReferencePolicy;
            })
            .WithMetadata(RouteRule.Public);
    }
}
