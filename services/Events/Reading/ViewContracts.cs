namespace OnePlatform.Events.Reading;

/// <summary>Events counted per bucket, and the newest of them.</summary>
/// <param name="From">Where the first bucket begins: the time asked for, rounded down to a bucket.</param>
/// <param name="To">Where the last bucket ends.</param>
/// <param name="Buckets">Oldest first; a bucket without events is left out.</param>
/// <param name="Results">The newest events of that time, newest first.</param>
public sealed record TimelineResponse(
    string Bucket, string Timezone, DateTimeOffset From, DateTimeOffset To, long Total,
    IReadOnlyList<TimelineBucket> Buckets, IReadOnlyList<EventResponse> Results);

/// <summary>One bucket of a timeline.</summary>
public sealed record TimelineBucket(DateTimeOffset Start, long Count, IReadOnlyDictionary<string, long> ByType);

/// <summary>The log of a group in figures.</summary>
/// <param name="LastPosition">Position of the newest event of the acting group.</param>
/// <param name="ByType">Counts, largest first.</param>
/// <param name="TopActors">The ten who did most.</param>
public sealed record StatsResponse(
    DateTimeOffset From, DateTimeOffset To, long Total, long LastPosition,
    IReadOnlyDictionary<string, long> ByType, IReadOnlyList<ActorCount> TopActors);

/// <summary>How much one actor did.</summary>
public sealed record ActorCount(Guid ActorId, string ActorKind, long Count);
