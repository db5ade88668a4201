using System.Net;
using OnePlatform.Events.Delivery;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Webhooks;

internal static class WebhooksRegistration
{
    public static void AddWebhooks(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .PostConfigure(o => o.AllowPrivateAddresses ??= builder.Environment.IsDevelopment());
        builder.Services.AddSingleton<WebhookSecrets>();
        builder.Services.AddSingleton<ResolveHost>(Dns.GetHostAddressesAsync);
        builder.Services.AddSingleton<ReceiverAddresses>();
        builder.Services.AddSingleton<WebhookSender>();
        builder.Services.AddSingleton<DeliveryMetrics>();
        builder.Services.AddSingleton<DeliveryQueue>();
        builder.Services.AddScoped<WebhookStore>();
        builder.Services.AddScoped<DeliveryStore>();
        builder.Services.AddHostedService<WebhookDispatcher>();
    }
}
