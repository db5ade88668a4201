using OnePlatform.Contracts;

namespace OnePlatform.Ontology.Contracts;

/// <summary>A group made, changed or removed a type of its own, or inherits others now; whoever remembers types asks anew.</summary>
/// <param name="GroupId">The group; the change is in force there and in every group below.</param>
public sealed record TypesChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, Guid GroupId)
    : ILoggedEvent;
