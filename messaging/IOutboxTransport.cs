namespace OnePlatform.Messaging;

/// <summary>The broker as the relay sees it.</summary>
internal interface IOutboxTransport
{
    /// <summary>Publishes all and waits for the broker's confirms.</summary>
    /// <returns>The messages that cannot be published whatever the broker does.</returns>
    /// <exception cref="TransportUnavailableException">The broker is away; nothing can be said of the batch.</exception>
    Task<IReadOnlyList<PublishFailure>> PublishAsync(IReadOnlyList<ClaimedMessage> messages, CancellationToken cancellationToken);
}

internal sealed record PublishFailure(ClaimedMessage Message, string Error);

internal sealed class TransportUnavailableException(Exception inner) : Exception("The message broker is not available.", inner);
