namespace OnePlatform.Events.Reading;

internal static class ReadingRegistration
{
    public static void AddReading(this WebApplicationBuilder builder)
    {
        builder.Services.AddScoped<LogScope>();
        builder.Services.AddScoped<EventStore>();
        builder.Services.AddScoped<ViewStore>();
    }
}
