using System.Text.Json;

namespace OnePlatform.Contracts;

/// <summary>One entry of the event log as its source service states it.</summary>
/// <param name="Id">Version-7 UUID; the log stores each once.</param>
/// <param name="GroupId">The tenant; null for what belongs to the platform, such as a failed sign-in of nobody.</param>
/// <param name="Type">Canonical type in snake_case, for example <c>entity_created</c>.</param>
/// <param name="OccurredAt">When it happened, UTC.</param>
/// <param name="TargetId">What it happened to.</param>
/// <param name="TargetKind"><c>group</c>, <c>person</c>, <c>thing</c>, <c>connection</c>, <c>knowledge</c>, <c>api_key</c>, …</param>
/// <param name="Metadata">A JSON object by the type's schema; never a secret.</param>
/// <param name="Changes">Field name to its value before and after, for updates.</param>
/// <param name="TargetVersion">The target's version after the change, which orders the lines of one target.</param>
public sealed record LogLine(
    Guid Id,
    Guid? GroupId,
    string Type,
    DateTimeOffset OccurredAt,
    Guid? TargetId = null,
    string? TargetKind = null,
    JsonElement? Metadata = null,
    IReadOnlyDictionary<string, FieldChange>? Changes = null,
    long? TargetVersion = null);

/// <summary>The value of one field before and after a change; absent where there was or is none.</summary>
public sealed record FieldChange(JsonElement? From, JsonElement? To);
