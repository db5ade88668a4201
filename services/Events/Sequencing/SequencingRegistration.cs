namespace OnePlatform.Events.Sequencing;

internal static class SequencingRegistration
{
    public static void AddSequencing(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SequencerOptions>().BindConfiguration(SequencerOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<SequencerMetrics>();
        builder.Services.AddHostedService<Sequencer>();
        builder.Services.AddSingleton<LogGrowth>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LogGrowth>());
        builder.Services.AddHostedService<LogWatch>();
    }
}
