using MassTransit;
using OnePlatform.Contracts;

namespace OnePlatform.Events.Recording;

/// <summary>
/// Records the lines of every event of every service. A line is stored once by its id, so no inbox is needed; a delivery that
/// cannot be stored is tried again and ends in the queue's error queue, from where it can be moved back.
/// </summary>
internal sealed class RecordEvents(LogWriter writer, TimeProvider clock) : IConsumer<ILoggedEvent>
{
    private const string Urn = "urn:message:OnePlatform.";
    private const string Assembly = "OnePlatform.";

    public Task Consume(ConsumeContext<ILoggedEvent> context)
    {
        var message = context.Message;
        var (now, source) = (clock.GetUtcNow(), SourceOf(context));
        return writer.RecordAsync([.. message.Log.Select(line => LogEntry.From(line, message.Origin, source, now))], context.CancellationToken);
    }

    /// <summary>The service that owns the contract; for the contracts that all share, the process that sent the message.</summary>
    private static string SourceOf(ConsumeContext context)
    {
        foreach (var type in context.SupportedMessageTypes)
        {
            if (type.StartsWith(Urn, StringComparison.Ordinal) && type[Urn.Length..].Split('.', ':') is [var service, "Contracts", ..])
            {
                return service.ToLowerInvariant();
            }
        }

        var sender = context.Host?.Assembly ?? "";
        return (sender.StartsWith(Assembly, StringComparison.Ordinal) ? sender[Assembly.Length..] : "platform").ToLowerInvariant();
    }
}
