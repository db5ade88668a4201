namespace OnePlatform.Events.Retention;

internal static class RetentionRegistration
{
    public static void AddRetention(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<RetentionStore>();
        builder.Services.AddSingleton<PurgeOldEvents>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PurgeOldEvents>());
    }
}
