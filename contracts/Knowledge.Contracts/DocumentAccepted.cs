using OnePlatform.Contracts;

namespace OnePlatform.Knowledge.Contracts;

/// <summary>A document was stored and waits to be indexed; whichever instance hears of it first does it.</summary>
public sealed record DocumentAccepted(Guid EventId, DateTimeOffset OccurredAt, Guid GroupId, Guid DocumentId, Guid JobId) : IIntegrationEvent;
