using System.Text.Json;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections;

/// <summary>Connections interest no other service but the log.</summary>
internal static class ConnectionEvents
{
    public const string Kind = "connection";

    public static ActivityLogged Created(ConnectionResponse connection, EventOrigin origin) => Of("connection_created", connection, origin);

    public static ActivityLogged Deleted(ConnectionResponse connection, EventOrigin origin) => Of("connection_deleted", connection, origin);

    private static ActivityLogged Of(string type, ConnectionResponse connection, EventOrigin origin)
    {
        var metadata = new { connection.FromId, connection.ToId, RelationshipType = connection.Type, connection.Strength };
        var line = new LogLine(
            Guid.CreateVersion7(connection.UpdatedAt), connection.GroupId, type, connection.UpdatedAt, connection.Id, Kind,
            JsonSerializer.SerializeToElement(metadata, ApiJson.Options), TargetVersion: connection.Version);
        return new ActivityLogged(Guid.CreateVersion7(connection.UpdatedAt), connection.UpdatedAt, origin, [line]);
    }
}
