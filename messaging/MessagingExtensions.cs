using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace OnePlatform.Messaging;

/// <summary>Puts a service on the bus.</summary>
public static class MessagingExtensions
{
    private const string InstanceMark = "-instance-";
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(20);

    /// <summary>Registers outbox, relay and the bus on the connection <c>rabbitmq</c>.</summary>
    /// <param name="service">Name of the service; first part of its queues' names.</param>
    /// <param name="consumers">Adds the service's consumers; each gets a quorum queue of its own with retries and an error queue.</param>
    /// <exception cref="InvalidOperationException">There is no connection string named <c>rabbitmq</c>.</exception>
    public static IHostApplicationBuilder AddMessaging<TDb>(
        this IHostApplicationBuilder builder, string service, Action<IBusRegistrationConfigurator> consumers)
        where TDb : DbContext
    {
        builder.Services.AddOptions<OutboxOptions>().BindConfiguration(OutboxOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<OutboxSignal>();
        builder.Services.AddSingleton<OutboxMetrics>();
        builder.Services.AddSingleton<OutboxTable>();
        builder.Services.AddSingleton<IOutboxTransport, MassTransitTransport>();
        builder.Services.AddSingleton(services => new Outbox(
            services.GetRequiredService<OutboxTable>(), services.GetRequiredService<OutboxSignal>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<OutboxWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OutboxWatch>());
        builder.Services.AddHostedService<OutboxRelay>();
        builder.Services.AddSingleton<QueueWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<QueueWatch>());
        builder.Services.AddReceiveObserver(services => services.GetRequiredService<QueueWatch>());
        builder.Services.ConfigureDbContext<TDb>((services, db) =>
        {
            var signal = services.GetRequiredService<OutboxSignal>();
            db.AddInterceptors(new WakeRelayAfterSave(signal), new WakeRelayAfterCommit(signal));
        });
        builder.Services.AddHealthChecks().AddCheck<OutboxWatch>("outbox", tags: ["ready"]);
        builder.AddBus(service, consumers);
        return builder;
    }

    /// <summary>Registers the bus alone, for a process that only listens.</summary>
    public static IHostApplicationBuilder AddBus(
        this IHostApplicationBuilder builder, string service, Action<IBusRegistrationConfigurator> consumers)
    {
        var address = builder.Configuration.GetConnectionString("rabbitmq")
            ?? throw new InvalidOperationException("There is no connection string named 'rabbitmq'.");
        builder.Services.AddOptions<MessagingOptions>().BindConfiguration(MessagingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource("MassTransit", OutboxMetrics.Name))
            .WithMetrics(metrics => metrics.AddMeter("MassTransit", OutboxMetrics.Name));
        builder.Services.AddMassTransit(bus =>
        {
            // Nothing leaves the platform unasked.
            bus.DisableUsageTelemetry();
            // A broker that is away must not make the service unready: what it accepts waits in the outbox.
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.MinimalFailureStatus = HealthStatus.Degraded;
                health.Tags.Clear();
                health.Tags.Add("ready");
            });
            bus.AddConfigureEndpointsCallback(ConfigureEndpoint);
            consumers(bus);
            bus.UsingRabbitMq((context, rabbit) => ConfigureRabbit(context, rabbit, new Uri(address), service));
        });
        return builder;
    }

    /// <summary>
    /// Gives each running instance a queue of its own that dies with it, so that every instance hears every message:
    /// for caches, never for work that must not be lost.
    /// </summary>
    public static void OnEveryInstance(this IConsumerRegistrationConfigurator consumer) => consumer.Endpoint(endpoint =>
    {
        endpoint.Temporary = true;
        endpoint.InstanceId = $"{InstanceMark}{Guid.NewGuid():N}";
    });

    private static void ConfigureEndpoint(IRegistrationContext context, string name, IReceiveEndpointConfigurator endpoint)
    {
        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;
        if (endpoint is IRabbitMqReceiveEndpointConfigurator queue)
        {
            queue.PrefetchCount = options.Prefetch;
            // A quorum queue is durable by nature; a queue that ends with its instance cannot be one.
            if (!name.Contains(InstanceMark, StringComparison.Ordinal))
            {
                queue.SetQuorumQueue();
                context.GetService<QueueWatch>()?.Add(name);
            }
        }
    }

    private static void ConfigureRabbit(
        IBusRegistrationContext context, IRabbitMqBusFactoryConfigurator rabbit, Uri address, string service)
    {
        var options = context.GetRequiredService<IOptions<MessagingOptions>>().Value;
        rabbit.Host(address, host =>
        {
            host.PublisherConfirmation = true;
            // A broker that hangs is noticed in twice this time. Caches that live by its news must not wait for it longer.
            host.Heartbeat(s_heartbeat);
        });
        // MassTransit indents, and a message of a hundred lines is half spaces then, which broker and receivers pay for.
        rabbit.ConfigureJsonSerializerOptions(json => new JsonSerializerOptions(json) { WriteIndented = false });
        rabbit.UseMessageRetry(retry => retry.SetRetryPolicy(filter => new PatientRetry(filter, options.Retries ?? MessagingOptions.DefaultRetries)));
        rabbit.ConfigureEndpoints(context, new KebabCaseEndpointNameFormatter($"{options.QueuePrefix}{service}", includeNamespace: false));
    }
}
