namespace OnePlatform.Events.Reading;

internal static class ReadingRegistration
{
    public static void AddReading(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ReadingOptions>().BindConfiguration(ReadingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<LogReadSamples>();
        builder.Services.AddScoped<LogReads>();
        builder.Services.AddScoped<LogScope>();
        builder.Services.AddScoped<EventStore>();
        builder.Services.AddScoped<EventPages>();
        builder.Services.AddScoped<ViewStore>();
    }
}
