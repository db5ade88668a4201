using MassTransit;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Credentials;

internal static class CredentialRegistration
{
    public static WebApplicationBuilder AddCredentials(this WebApplicationBuilder builder)
    {
        builder.AddAccessTokenCheck();
#pragma warning disable EXTEXP0001 // A client waits for this answer: no retries with pauses between them.
        builder.Services.AddHttpClient(IdentityExchange.HttpClient, client => client.BaseAddress = new Uri("https+http://identity"))
            .RemoveAllResilienceHandlers();
#pragma warning restore EXTEXP0001
        builder.Services.AddSingleton<Evictions>();
        builder.Services.AddSingleton<BrokerWatch>();
        builder.Services.AddSingleton<GrantMemory>();
        builder.Services.AddSingleton<RefusalMemory>();
        builder.Services.AddSingleton<SharedGrants>();
        builder.Services.AddSingleton<DeniedSessions>();
        builder.Services.AddSingleton<IdentityExchange>();
        builder.Services.AddSingleton<CredentialMetrics>();
        builder.Services.AddSingleton<CredentialExchange>();
        builder.Services.AddSingleton<GrantEviction>();
        builder.Services.AddReceiveEndpointObserver(services => services.GetRequiredService<BrokerWatch>());
        builder.AddBus("gateway", bus =>
        {
            bus.AddConsumer<ForgetChangedKeys>().OnEveryInstance();
            bus.AddConsumer<ForgetRevokedSessions>().OnEveryInstance();
            bus.AddConsumer<ForgetSwitchedSessions>().OnEveryInstance();
            bus.AddConsumer<ForgetChangedStandings>().OnEveryInstance();
            bus.AddConsumer<ForgetChangedMemberships>().OnEveryInstance();
            bus.AddConsumer<ForgetChangedGroups>().OnEveryInstance();
        });
        return builder;
    }
}
