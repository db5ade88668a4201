using System.Data.Common;
using System.Text.Json;
using OnePlatform.Events.Recording;

namespace OnePlatform.Events.Reading;

/// <summary>Reads a row of <c>events</c>.</summary>
internal static class EventRow
{
    public const string Columns =
        "e.id, e.position, e.group_id, e.type, e.source, e.actor_kind, e.actor_id, e.on_behalf_of, e.target_id, e.target_kind, "
        + "e.occurred_at, e.recorded_at, e.metadata, e.changes, e.request_id, e.trace_id, e.ip, e.user_agent";

    public static EventResponse Read(DbDataReader row) => new(
        row.GetGuid(0),
        row.GetInt64(1),
        row.GetGuid(2) is var group && group == LogEntry.PlatformGroup ? null : group,
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        Id(row, 6),
        Id(row, 7),
        Id(row, 8),
        Text(row, 9),
        row.GetFieldValue<DateTimeOffset>(10),
        row.GetFieldValue<DateTimeOffset>(11),
        Json(row, 12) ?? default,
        Json(row, 13),
        Text(row, 14),
        Text(row, 15),
        Text(row, 16),
        Text(row, 17));

    private static Guid? Id(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static JsonElement? Json(DbDataReader row, int column)
        => row.IsDBNull(column) ? null : JsonElement.Parse(row.GetFieldValue<byte[]>(column));
}
