namespace OnePlatform.Events.Recording;

internal static class RecordingRegistration
{
    public static void AddRecording(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IncomingTable>();
        builder.Services.AddSingleton<LogWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LogWriter>());
        builder.Services.AddHostedService<MakePartitionsAhead>();
    }
}
