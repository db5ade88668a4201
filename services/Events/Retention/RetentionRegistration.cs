namespace OnePlatform.Events.Retention;

internal static class RetentionRegistration
{
    public static void AddRetention(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<RetentionStore>();
        builder.Services.AddSingleton<RetentionMetrics>();
        builder.Services.AddSingleton<EventArchive>();
        builder.Services.AddSingleton<DropOldMonths>();
        builder.Services.AddSingleton<PurgeOldEvents>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PurgeOldEvents>());
    }
}
