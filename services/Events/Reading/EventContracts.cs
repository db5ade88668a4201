using System.Text.Json;

namespace OnePlatform.Events.Reading;

/// <summary>One entry of the log.</summary>
/// <param name="Position">1, 2, 3, … without gaps in the group; absent only in the answer to a POST that did not wait long enough.</param>
/// <param name="GroupId">Absent for what belongs to the platform itself.</param>
/// <param name="Source">The service it comes from, or <c>api</c>.</param>
/// <param name="ActorKind">person, key, system or agent.</param>
/// <param name="OnBehalfOf">The person a key or agent acted for.</param>
/// <param name="OccurredAt">When it happened.</param>
/// <param name="RecordedAt">When the log heard of it.</param>
/// <param name="Changes">For updates: each changed field with its value before and after.</param>
public sealed record EventResponse(
    Guid Id,
    long? Position,
    Guid? GroupId,
    string Type,
    string Source,
    string ActorKind,
    Guid? ActorId,
    Guid? OnBehalfOf,
    Guid? TargetId,
    string? TargetKind,
    DateTimeOffset OccurredAt,
    DateTimeOffset RecordedAt,
    JsonElement Metadata,
    JsonElement? Changes,
    string? RequestId,
    string? TraceId,
    string? Ip,
    string? UserAgent);
