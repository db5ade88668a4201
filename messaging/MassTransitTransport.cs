using System.Diagnostics;
using System.Text.Json;
using MassTransit;
using OnePlatform.Contracts;

namespace OnePlatform.Messaging;

/// <summary>
/// Publishes claimed messages through MassTransit, side by side, each as a child of the request that stored it. What they say to
/// the log goes in few <see cref="LinesLogged"/>, and what is as well said at once in few messages of its kind; a message that says
/// nothing to anybody else is not sent by itself.
/// </summary>
internal sealed class MassTransitTransport(IBusControl bus, TimeProvider clock) : IOutboxTransport
{
    private static readonly ActivitySource s_activities = new(OutboxMetrics.Name);

    private bool _hasStarted;

    public async Task<IReadOnlyList<PublishFailure>> PublishAsync(
        IReadOnlyList<ClaimedMessage> messages, CancellationToken cancellationToken)
    {
        await StartedAsync(cancellationToken);
        var failures = new List<PublishFailure>();
        var sends = new List<Task>(messages.Count);
        var (batches, gathered) = (new LogBatches(clock), new GatheredEvents(clock));
        foreach (var message in messages)
        {
            if (Read(message, out var error) is { } content)
            {
                if (content is ILoggedEvent logged)
                {
                    batches.Add(logged, message.Body.Length);
                }

                if (content is IGatheredEvent one)
                {
                    gathered.Add(message, one);
                }
                else if (content is not ActivityLogged)
                {
                    sends.Add(PublishAsync(content, [message], cancellationToken));
                }
            }
            else
            {
                failures.Add(new PublishFailure(message, error!));
            }
        }

        sends.AddRange(gathered.All().Select(g => PublishAsync(g.Content, g.Of, cancellationToken)));
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

    // On a broker that is new the service's own queues come with its start, and what is published before reaches none of them.
    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!_hasStarted)
        {
            _hasStarted = await bus.WaitForHealthStatus(BusHealthStatus.Healthy, cancellationToken) == BusHealthStatus.Healthy;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task PublishInOrderAsync(IReadOnlyList<LinesLogged> batches, CancellationToken cancellationToken)
    {
        foreach (var batch in batches)
        {
            await bus.Publish(batch, context => context.MessageId = batch.EventId, cancellationToken);
        }
    }

    /// <param name="content">What is sent.</param>
    /// <param name="of">The messages it is made of: it goes on with the first one's trace, and names the others'.</param>
    /// <param name="cancellationToken">Ends the wait for the confirm.</param>
    private async Task PublishAsync(IIntegrationEvent content, IReadOnlyList<ClaimedMessage> of, CancellationToken cancellationToken)
    {
        var links = of.Skip(1).Select(m => new ActivityLink(TraceOf(m)));
        using var activity = s_activities.StartActivity("outbox publish", ActivityKind.Producer, TraceOf(of[0]), links: links);
        await bus.Publish(content, content.GetType(), context => context.MessageId = content.EventId, cancellationToken);
    }

    private static ActivityContext TraceOf(ClaimedMessage message)
        => ActivityContext.TryParse(message.TraceParent, null, out var trace) ? trace : default;

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
