using MassTransit;
using Npgsql;
using OnePlatform.Contracts;

namespace OnePlatform.Events.Recording;

/// <summary>
/// Records the lines of every event of every service. A line is stored once by its id, so no inbox is needed; a delivery of which
/// something cannot be stored is tried again and ends in the queue's error queue, from where it can be moved back. The rest of it
/// is in the log by then.
/// </summary>
internal sealed class RecordLines(LogWriter writer, TimeProvider clock) : IConsumer<LinesLogged>
{
    public async Task Consume(ConsumeContext<LinesLogged> context)
    {
        var now = clock.GetUtcNow();
        List<LogEntry[]> messages = [.. context.Message.Messages.Select(
            message => message.Log.Select(line => LogEntry.From(line, message.Origin, message.Source, now)).ToArray())];
        try
        {
            // All or none, so that no later version of something is seen before an earlier one.
            await writer.RecordAsync([.. messages.SelectMany(entries => entries)], context.CancellationToken);
        }
        catch (PostgresException exception) when (messages.Count > 1 && !exception.IsTransient)
        {
            await Task.WhenAll(messages.Select(entries => writer.RecordAsync(entries, context.CancellationToken)));
        }
    }
}

/// <summary>
/// One delivery after the other, by one instance at a time (the broker names the next when it dies): what a relay sent first is
/// committed first, and with it the versions of one target stay in order. A delivery carries hundreds of lines, so this is no narrow place.
/// </summary>
internal sealed class RecordLinesDefinition : ConsumerDefinition<RecordLines>
{
    public RecordLinesDefinition() => ConcurrentMessageLimit = 1;

    protected override void ConfigureConsumer(
        IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<RecordLines> consumerConfigurator, IRegistrationContext context)
    {
        if (endpointConfigurator is IRabbitMqReceiveEndpointConfigurator queue)
        {
            queue.SingleActiveConsumer = true;
        }
    }
}
