namespace OnePlatform.Gateway.Limits;

internal static class LimitRegistration
{
    public static WebApplicationBuilder AddLimits(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<SharedBuckets>();
        builder.Services.AddSingleton<LocalBuckets>();
        builder.Services.AddSingleton<AddressBuckets>();
        builder.Services.AddSingleton<LimitCheck>();
        return builder;
    }
}
