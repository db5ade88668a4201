using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OnePlatform.ServiceDefaults;

/// <summary>What every process of the platform does the same way.</summary>
public static class Extensions
{
    /// <summary>The setting that names the folder of secret files; without it, <c>/run/secrets</c>.</summary>
    public const string SecretsFolder = "Secrets:Folder";

    /// <summary>Telemetry, health, service discovery, resilient HttpClients, JSON rules and problem details.</summary>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder)
    {
        builder.AddSecretFiles();
        builder.AddQuietLogging();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        // Four KiB for a connection that is idle, and a system call less for each request.
        builder.WebHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddOptions<PlatformOptions>().BindConfiguration(PlatformOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.AddTelemetry();
        builder.AddMetricsListener();
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded =>
        {
            // Only the gateway reaches a service; it replaces whatever a client wrote here. The address is for the event log.
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor;
            forwarded.KnownIPNetworks.Clear();
            forwarded.KnownProxies.Clear();
        });
        builder.Services.AddApiJson();
        builder.Services.AddProblems();
        return builder;
    }

    /// <summary>
    /// The pipeline in front of every endpoint: request id, exceptions and empty error answers as problems, then health.
    /// Authentication follows in <see cref="Authentication.UseCaller"/>.
    /// </summary>
    public static WebApplication UseServiceDefaults(this WebApplication app)
    {
        app.UseMetricsListener();
        app.UseForwardedHeaders();
        app.UseRequestId();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseKnownCharsets();
        app.MapHealthChecks("/health/live", HealthOf(check => check.Tags.Contains("live"))).AllowAnonymous().ExcludeFromDescription();
        app.MapHealthChecks("/health/ready", HealthOf(check => check.Tags.Contains("ready"))).AllowAnonymous().ExcludeFromDescription();
        return app;
    }

    // States only: which dependency is ill is for the log, not for whoever can reach the port.
    private static HealthCheckOptions HealthOf(Func<HealthCheckRegistration, bool> predicate) => new()
    {
        Predicate = predicate,
        ResponseWriter = static (context, report) => context.Response.WriteAsJsonAsync(
            new { status = report.Status.ToString().ToLowerInvariant() }, context.RequestAborted),
    };

    // One file a setting, named like its environment variable, as containers mount secrets. The folder's own subfolders are left alone.
    private static void AddSecretFiles(this WebApplicationBuilder builder)
        => builder.Configuration.AddKeyPerFile(builder.Configuration[SecretsFolder] ?? "/run/secrets", optional: true);

    // One line per outcome: what these say at Information is in the traces. Any other source of configuration overrides it.
    private static void AddQuietLogging(this WebApplicationBuilder builder)
    {
        string[] talkative = ["Npgsql", "MassTransit", "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http.HttpClient", "Polly"];
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = talkative.Select(category => KeyValuePair.Create($"Logging:LogLevel:{category}", (string?)nameof(LogLevel.Warning))),
        });
    }

    private static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        var telemetry = builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Npgsql", "OnePlatform.*"));
        // Spans that nobody collects would only cost time; trace ids are there without them.
        if (!string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]))
        {
            telemetry
                .WithTracing(tracing => tracing
                    .AddSource("Npgsql", "OnePlatform.*")
                    .AddAspNetCoreInstrumentation(http => http.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
                    .AddHttpClientInstrumentation())
                .UseOtlpExporter();
        }
    }
}
