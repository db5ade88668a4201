using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace OnePlatform.Events.Recording;

/// <summary>Deliveries that could not be recorded, in the queue where the bus put them.</summary>
/// <param name="broker">The broker's URI.</param>
/// <param name="queue">The queue that they came from.</param>
internal sealed class ErrorQueue(Uri broker, string queue)
{
    private const int NotFound = 404;
    private const int Most = 10_000;

    /// <summary>Moves them back to where they came from. A second move at the same time takes what this one leaves; a line is recorded once anyway.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RedriveAsync(CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker };
        await using var connection = await factory.CreateConnectionAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancellationToken);
        var moved = 0;
        try
        {
            // One that fails again comes back to the error queue: the count ends the loop.
            var waiting = await channel.MessageCountAsync($"{queue}_error", cancellationToken);
            while (moved < Math.Min(waiting, Most) && await channel.BasicGetAsync($"{queue}_error", autoAck: false, cancellationToken) is { } message)
            {
                // Confirmed there before it is taken from here: it may be in both for a moment, and never in neither.
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties(message.BasicProperties), message.Body, cancellationToken);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
                moved++;
            }
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            // The bus makes the queue with the first message that fails.
        }

        return moved;
    }
}
