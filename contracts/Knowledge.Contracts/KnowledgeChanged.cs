using OnePlatform.Contracts;

namespace OnePlatform.Knowledge.Contracts;

/// <summary>Knowledge of a group was added, changed or removed; caches of its index are stale.</summary>
public sealed record KnowledgeChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, Guid GroupId)
    : ILoggedEvent;
