using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace OnePlatform.Events.Recording;

/// <summary>Deliveries that could not be recorded, in the queue where the bus put them.</summary>
/// <param name="broker">The broker's URI.</param>
/// <param name="queue">The queue that they came from.</param>
internal sealed class ErrorQueue(Uri broker, string queue)
{
    private const int NotFound = 404;
    private const int Most = 10_000;
    private const ushort Ahead = 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Moves them back to where they came from, up to 10,000 at a time. While another instance does the same, this one gets none: the queue has a
    /// single active consumer. A line is recorded once anyway.
    /// </summary>
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
            var waiting = Math.Min(await channel.MessageCountAsync($"{queue}_error", cancellationToken), Most);
            var messages = Channel.CreateUnbounded<BasicDeliverEventArgs>();
            await ConsumeAsync(channel, messages.Writer, cancellationToken);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            for (; moved < waiting; moved++)
            {
                patience.CancelAfter(s_patience);
                var message = await messages.Reader.ReadAsync(patience.Token);
                // Confirmed there before it is taken from here: it may be in both for a moment, and never in neither.
                await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties(message.BasicProperties), message.Body, cancellationToken);
                await channel.BasicAckAsync(message.DeliveryTag, multiple: false, cancellationToken);
            }
        }
        catch (OperationInterruptedException exception) when (exception.ShutdownReason?.ReplyCode == NotFound)
        {
            // The bus makes the queue with the first message that fails.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Another instance has the rest.
        }

        return moved;
    }

    private async Task ConsumeAsync(IChannel channel, ChannelWriter<BasicDeliverEventArgs> messages, CancellationToken cancellationToken)
    {
        await channel.BasicQosAsync(0, Ahead, global: false, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            // Its memory is the connection's, and good only in here.
            var kept = new BasicDeliverEventArgs(
                message.ConsumerTag, message.DeliveryTag, message.Redelivered, message.Exchange, message.RoutingKey, message.BasicProperties,
                message.Body.ToArray(), message.CancellationToken);
            await messages.WriteAsync(kept, cancellationToken);
        };
        await channel.BasicConsumeAsync($"{queue}_error", autoAck: false, consumer, cancellationToken);
    }
}
