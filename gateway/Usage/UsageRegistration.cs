namespace OnePlatform.Gateway.Usage;

internal static class UsageRegistration
{
    public static WebApplicationBuilder AddUsage(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CallCounts>();
        builder.Services.AddSingleton<MonthlyCalls>();
        builder.Services.AddHostedService<TellUsage>();
        return builder;
    }
}
