using MassTransit;
using OnePlatform.Contracts;

namespace OnePlatform.Events.Recording;

/// <summary>
/// Records the lines of every event of every service. A line is stored once by its id, so no inbox is needed; a delivery of which
/// something cannot be stored is tried again and ends in the queue's error queue, from where it can be moved back. The rest of it
/// is in the log by then.
/// </summary>
internal sealed class RecordEvents(LogWriter writer, TimeProvider clock) : IConsumer<LinesLogged>
{
    public Task Consume(ConsumeContext<LinesLogged> context)
    {
        var now = clock.GetUtcNow();
        return Task.WhenAll(context.Message.Messages.Select(message => writer.RecordAsync(
            [.. message.Log.Select(line => LogEntry.From(line, message.Origin, message.Source, now))], context.CancellationToken)));
    }
}
