using Microsoft.Extensions.Options;
using OnePlatform.Messaging;

namespace OnePlatform.Events.Recording;

internal static class RecordingRegistration
{
    public static void AddRecording(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IncomingTable>();
        builder.Services.AddSingleton<LogWriter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<LogWriter>());
        builder.Services.AddHostedService<MakePartitionsAhead>();
        var broker = builder.Configuration.GetConnectionString("rabbitmq")
            ?? throw new InvalidOperationException("There is no connection string named 'rabbitmq'.");
        builder.Services.AddSingleton(services => new ErrorQueue(
            new Uri(broker), $"{services.GetRequiredService<IOptions<MessagingOptions>>().Value.QueuePrefix}events-record-lines"));
    }
}
