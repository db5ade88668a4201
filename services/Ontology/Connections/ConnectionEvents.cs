using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections;

/// <summary>Connections interest no other service but the log.</summary>
internal static class ConnectionEvents
{
    public const string Kind = "connection";

    public static ActivityLogged Created(ConnectionResponse connection, EventOrigin origin) => Of(CreatedLine(connection), origin);

    public static ActivityLogged Deleted(ConnectionResponse connection, EventOrigin origin) => Of(DeletedLine(connection), origin);

    public static ActivityLogged Updated(ConnectionResponse connection, IReadOnlyDictionary<string, FieldChange> changes, EventOrigin origin)
        => Of(Line("connection_updated", connection) with { Changes = changes }, origin);

    public static LogLine CreatedLine(ConnectionResponse connection) => Line("connection_created", connection);

    public static LogLine DeletedLine(ConnectionResponse connection) => Line("connection_deleted", connection);

    /// <summary>One line that sums a bulk change up, and a line for each connection.</summary>
    public static List<IIntegrationEvent> Bulk(
        Guid groupId, string operation, List<LogLine> lines, int failed, EventOrigin origin, DateTimeOffset now)
    {
        var summary = new LogLine(
            Guid.CreateVersion7(now), groupId, "bulk_operation", now, Metadata: JsonSerializer.SerializeToElement(
                new { EntityType = Kind, Operation = operation, lines.Count, Failed = failed }, ApiJson.Options));
        return
        [
            .. new[] { summary }.Concat(lines).Chunk(OutboxWriting.MostLines)
                .Select(chunk => new ActivityLogged(Guid.CreateVersion7(now), now, origin, chunk)),
        ];
    }

    private static LogLine Line(string type, ConnectionResponse connection) => new(
        Guid.CreateVersion7(connection.UpdatedAt), connection.GroupId, type, connection.UpdatedAt, connection.Id, Kind,
        JsonSerializer.SerializeToElement(
            new { connection.FromId, connection.ToId, RelationshipType = connection.Type, connection.Strength }, ApiJson.Options),
        TargetVersion: connection.Version);

    private static ActivityLogged Of(LogLine line, EventOrigin origin) => new(Guid.CreateVersion7(line.OccurredAt), line.OccurredAt, origin, [line]);
}
