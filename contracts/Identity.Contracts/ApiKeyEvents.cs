using OnePlatform.Contracts;

namespace OnePlatform.Identity.Contracts;

/// <summary>An API key was made.</summary>
public sealed record ApiKeyCreated(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, Guid KeyId, Guid GroupId)
    : ILoggedEvent;

/// <summary>What was known of these keys no longer holds: revoked, rotated, narrowed or limited anew. Caches drop them.</summary>
public sealed record ApiKeysChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, IReadOnlyList<Guid> KeyIds)
    : ILoggedEvent;
