using OnePlatform.Events.Reading;
using OnePlatform.Querying.Exporting;

namespace OnePlatform.Events.Exporting;

/// <summary>Events as CSV.</summary>
internal static class EventColumns
{
    public static readonly IReadOnlyList<ExportColumn<EventResponse>> All =
    [
        new("id", e => e.Id), new("position", e => e.Position), new("groupId", e => e.GroupId), new("type", e => e.Type), new("source", e => e.Source),
        new("actorKind", e => e.ActorKind), new("actorId", e => e.ActorId), new("onBehalfOf", e => e.OnBehalfOf), new("targetId", e => e.TargetId),
        new("targetKind", e => e.TargetKind), new("occurredAt", e => e.OccurredAt), new("recordedAt", e => e.RecordedAt), new("metadata", e => e.Metadata),
        new("changes", e => e.Changes), new("requestId", e => e.RequestId), new("traceId", e => e.TraceId), new("ip", e => e.Ip),
        new("userAgent", e => e.UserAgent),
    ];
}
