namespace OnePlatform.Events.Streaming;

internal static class StreamingRegistration
{
    public static void AddStreaming(this WebApplicationBuilder builder)
        => builder.Services.AddOptions<EventStreamOptions>().BindConfiguration(EventStreamOptions.Section).ValidateDataAnnotations().ValidateOnStart();
}
