using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Events.Reading;
using OnePlatform.Events.Types;
using OnePlatform.Messaging;

namespace OnePlatform.Events.Recording;

/// <summary>A line as it is stored: type folded, JSON as PostgreSQL can keep it.</summary>
internal sealed record LogEntry(
    Guid Id, Guid GroupId, string Type, string Source, EventOrigin Origin, Guid? TargetId, string? TargetKind, long? TargetVersion,
    DateTimeOffset OccurredAt, DateTimeOffset RecordedAt, string Metadata, string? Changes)
{
    /// <summary>Stands for "no group": what belongs to the platform itself, which only its owner reads.</summary>
    public static readonly Guid PlatformGroup = Guid.Empty;

    public static LogEntry From(LogLine line, EventOrigin origin, string source, DateTimeOffset now) => new(
        line.Id,
        line.GroupId ?? PlatformGroup,
        EventTypes.Canonical(line.Type),
        source,
        origin,
        line.TargetId,
        line.TargetKind,
        line.TargetVersion,
        // The clock of a source may run ahead; nothing has happened after it was recorded.
        (line.OccurredAt < now ? line.OccurredAt : now).ToUniversalTime(),
        now,
        line.Metadata is { ValueKind: JsonValueKind.Object } metadata ? Storable(metadata.GetRawText()) : "{}",
        line.Changes is null ? null : Storable(JsonSerializer.Serialize(line.Changes, MessageJson.Options)));

    /// <summary>The entry as the API shows it, as long as it has no position.</summary>
    public EventResponse WithoutPosition() => new(
        Id, Position: null, GroupId, Type, Source, Origin.ActorKind, Origin.ActorId, Origin.OnBehalfOf, TargetId, TargetKind, OccurredAt, RecordedAt,
        JsonElement.Parse(Metadata), Changes: null, Origin.RequestId, Origin.TraceId, Origin.Ip, Origin.UserAgent);

    /// <summary>jsonb refuses U+0000 and half surrogate pairs, which JSON allows; one such string must not stop the log.</summary>
    private static string Storable(string json)
        => json.Contains("\\u", StringComparison.Ordinal) ? EscapedText.Replace(json) : json;
}
