using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using OnePlatform.Contracts;

namespace OnePlatform.Messaging;

/// <summary>
/// Publishes claimed messages through MassTransit, side by side, each as a child of the request that stored it. What they say to
/// the log goes in few <see cref="LinesLogged"/>; a message that says nothing to anybody else is not sent by itself.
/// </summary>
internal sealed class MassTransitTransport(IBus bus, TimeProvider clock) : IOutboxTransport
{
    private static readonly ActivitySource s_activities = new(OutboxMetrics.Name);

    public async Task<IReadOnlyList<PublishFailure>> PublishAsync(
        IReadOnlyList<ClaimedMessage> messages, CancellationToken cancellationToken)
    {
        var failures = new List<PublishFailure>();
        var sends = new List<Task>(messages.Count);
        var batches = new LogBatches(clock);
        foreach (var message in messages)
        {
            if (Read(message, out var error) is { } content)
            {
                if (content is ILoggedEvent logged)
                {
                    batches.Add(logged, message.Body.Length);
                }

                if (content is not ActivityLogged)
                {
                    sends.Add(PublishAsync(message, content, cancellationToken));
                }
            }
            else
            {
                failures.Add(new PublishFailure(message, error!));
            }
        }

        sends.Add(PublishInOrderAsync(batches.All(), cancellationToken));
        try
        {
            await Task.WhenAll(sends);
        }
        catch (Exception exception) when (exception is MassTransitException or RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException)
        {
            throw new TransportUnavailableException(exception);
        }

        return failures;
    }

    private async Task PublishInOrderAsync(IReadOnlyList<LinesLogged> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            await bus.Publish(batch, context => context.MessageId = batch.EventId, cancellationToken);
        }
    }

    private async Task PublishAsync(ClaimedMessage message, IIntegrationEvent content, CancellationToken cancellationToken)
    {
        using var activity = s_activities.StartActivity(
            "outbox publish", ActivityKind.Producer, ActivityContext.TryParse(message.TraceParent, null, out var parent) ? parent : default);
        await bus.Publish(content, content.GetType(), context => context.MessageId = message.EventId, cancellationToken);
    }

    private static IIntegrationEvent? Read(ClaimedMessage message, out string? error)
    {
        error = null;
        try
        {
            if (Type.GetType(message.Type) is { } type && type.IsAssignableTo(typeof(IIntegrationEvent)))
            {
                return (IIntegrationEvent?)JsonSerializer.Deserialize(message.Body, type, MessageJson.Options);
            }

            error = "This process knows no such contract.";
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException or FileLoadException)
        {
            error = exception.Message;
        }

        return null;
    }
}
