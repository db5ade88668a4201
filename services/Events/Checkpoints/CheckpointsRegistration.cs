namespace OnePlatform.Events.Checkpoints;

internal static class CheckpointsRegistration
{
    public static void AddCheckpoints(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<CheckpointOptions>().BindConfiguration(CheckpointOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CheckpointSigner>();
        builder.Services.AddSingleton<CheckpointMetrics>();
        builder.Services.AddSingleton<MakeCheckpoints>();
        builder.Services.AddHostedService(services => services.GetRequiredService<MakeCheckpoints>());
        builder.Services.AddScoped<CheckpointStore>();
        builder.Services.AddScoped<LogVerification>();
    }
}
