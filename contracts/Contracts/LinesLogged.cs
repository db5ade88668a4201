namespace OnePlatform.Contracts;

/// <summary>
/// What many events say to the log, relayed together: the log gets one delivery instead of one for each, which costs the broker and
/// the log a fraction. Not stored in an outbox; the relay makes it of the <see cref="ILoggedEvent"/>s that it publishes.
/// </summary>
public sealed record LinesLogged(Guid EventId, DateTimeOffset OccurredAt, IReadOnlyList<LoggedLines> Messages) : IIntegrationEvent;

/// <summary>The lines of one event.</summary>
/// <param name="Source">The service that owns the event's contract; for the contracts that all share, the service that published it.</param>
public sealed record LoggedLines(string Source, EventOrigin Origin, IReadOnlyList<LogLine> Log);
