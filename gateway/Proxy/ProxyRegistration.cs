using System.Text;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Credentials;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.ServiceDiscovery;
using Yarp.ReverseProxy.Transforms;

namespace OnePlatform.Gateway.Proxy;

internal static class ProxyRegistration
{
    public static WebApplicationBuilder AddProxy(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ProxyOptions>>(TrustOnlyStatedProxies);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.Configure<TransportFailureRateHealthPolicyOptions>(health =>
        {
            // An instance that has gone is left alone after few tries, also where there is little to do.
            (health.DetectionWindowSize, health.MinimalTotalCountThreshold) = (TimeSpan.FromSeconds(30), 3);
        });
        builder.Services.AddSingleton<IDestinationResolver, ServiceDestinations>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, WholeBodies>();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddConfigFilter<ServiceConnections>()
            .AddTransforms(transforms =>
            {
                transforms.AddResponseTransform(UpstreamErrors.HideFailure);
                transforms.AddResponseTransform(ChangedSessions.ForgetAsync);
            });
        return builder;
    }

    public static void MapProxy(this WebApplication app) => app
        .MapReverseProxy(proxy =>
        {
            proxy.Use(UpstreamErrors.AnswerAsync);
            proxy.Use(OtherInstances.TryAsync);
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        })
        .ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(RouteRule.From(route)));

    // A client's word about its own address is worth nothing; only a proxy the operator names is believed.
    private static void TrustOnlyStatedProxies(ForwardedHeadersOptions forwarded, IOptions<ProxyOptions> options)
    {
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        forwarded.ForwardedHeaders = options.Value.TrustedProxies.Count == 0
            ? ForwardedHeaders.None
            : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
        // Each hop must be a stated one; how many there are is the operator's matter.
        forwarded.ForwardLimit = null;
        foreach (var network in options.Value.TrustedNetworks())
        {
            forwarded.KnownIPNetworks.Add(network);
        }
    }
}

/// <summary>The same patience with every service, and the same connections to it.</summary>
internal sealed class ServiceConnections(IOptions<ProxyOptions> options) : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel) => new(cluster with
    {
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = options.Value.Silence },
        HttpClient = new HttpClientConfig
        {
            EnableMultipleHttp2Connections = true,
            MaxConnectionsPerServer = 1024,
            // As Kestrel reads them on both ends. In ASCII, one such header of a client would count as a failure of the service.
            RequestHeaderEncoding = Encoding.UTF8.WebName,
        },
    });

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) => new(route);
}
