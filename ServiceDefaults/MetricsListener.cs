using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace OnePlatform.ServiceDefaults;

/// <summary>For a Prometheus that asks, besides or instead of OTLP; section <c>Metrics</c>.</summary>
public sealed class MetricsOptions
{
    /// <summary>Where the options stand in the configuration.</summary>
    public const string Section = "Metrics";

    /// <summary>The port of a listener that serves <c>/metrics</c> and nothing else, not to be reached from outside; none without it.</summary>
    [Range(1, 65535)]
    public int? Port { get; set; }
}

/// <summary><c>GET /metrics</c> on a listener of its own: no other listener answers it, and it answers nothing else.</summary>
internal static class MetricsListener
{
    public static void AddMetricsListener(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        if (builder.Configuration.GetValue<int?>($"{MetricsOptions.Section}:{nameof(MetricsOptions.Port)}") is not { } port)
        {
            return;
        }

        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddPrometheusExporter());
        // An address added to the application would take the place of those that are configured.
        builder.WebHost.UseUrls([.. Configured(builder.Configuration), $"http://*:{port}"]);
    }

    public static void UseMetricsListener(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value.Port is { } port)
        {
            app.MapWhen(context => context.Connection.LocalPort == port, inside =>
            {
                inside.UseOpenTelemetryPrometheusScrapingEndpoint();
                inside.Run(static context =>
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                });
            });
        }
    }

    private static string[] Configured(ConfigurationManager configuration)
    {
        if (Split(configuration[WebHostDefaults.ServerUrlsKey]) is { Length: > 0 } urls)
        {
            return urls;
        }

        string[] ports =
        [
            .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
            .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"),
        ];
        return ports.Length > 0 ? ports : ["http://localhost:5000"];
    }

    private static string[] Split(string? list) => list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
