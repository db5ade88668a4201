using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Things.Bulk;

namespace OnePlatform.Ontology.Connections.Bulk;

/// <summary>The things that connections are to join, kept from being archived until these are there.</summary>
internal sealed class ConnectionEnds(Dictionary<Guid, string> types)
{
    public static async Task<ConnectionEnds> LockAsync(
        NpgsqlConnection connection, Guid groupId, List<ConnectionResponse> made, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select t.id, t.type from things t where t.group_id = @group_id and t.id = any(@ids) and t.archived_at is null order by t.id for share", connection);
        command.Parameters.AddUuid("group_id", groupId);
        command.Parameters.AddAll("ids", NpgsqlDbType.Uuid, [.. made.SelectMany(c => new[] { c.FromId, c.ToId }).Distinct()]);
        var types = new Dictionary<Guid, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            types[reader.GetGuid(0)] = reader.GetString(1);
        }

        return new ConnectionEnds(types);
    }

    /// <returns>False when the connection cannot be, and the faults say why.</returns>
    public bool Join(NewConnection item, BulkFaults faults)
    {
        var connection = item.Connection;
        if (!types.TryGetValue(connection.FromId, out var from) || !types.TryGetValue(connection.ToId, out var to))
        {
            faults.Add(
                item.Index, "no_such_thing", "There is no such thing in this group.", types.ContainsKey(connection.FromId) ? "/toId" : "/fromId");
            return false;
        }

        if (!item.Type.Joins(from, to))
        {
            faults.Add(item.Index, "wrong_ends", $"'{item.Type.Name}' does not join a {from} with a {to}.", "/type");
            return false;
        }

        return true;
    }
}
