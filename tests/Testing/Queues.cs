using RabbitMQ.Client;
using Xunit;

namespace OnePlatform.Testing;

/// <summary>Queues as the broker sees them.</summary>
public static class Queues
{
    /// <summary>Waits until that many messages are in it, and nobody has taken them.</summary>
    public static async Task HoldsAsync(string broker, string queue, uint messages)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker) }.CreateConnectionAsync();
        await Eventually.SucceedsAsync(async () =>
        {
            await using var channel = await connection.CreateChannelAsync();
            Assert.Equal(messages, (await channel.QueueDeclarePassiveAsync(queue)).MessageCount);
        });
    }
}
