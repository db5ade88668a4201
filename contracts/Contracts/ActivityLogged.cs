namespace OnePlatform.Contracts;

/// <summary>Something worth a line in the event log that no other service reacts to, such as a sign-in.</summary>
public sealed record ActivityLogged(Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log)
    : ILoggedEvent;
