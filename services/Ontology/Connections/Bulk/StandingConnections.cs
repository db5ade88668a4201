using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Things.Bulk;

namespace OnePlatform.Ontology.Connections.Bulk;

/// <summary>
/// The live connections that can forbid new ones, and the new ones taken so far: the same pair twice, one too many of a type that
/// allows one, or a circle of a tree-like type.
/// </summary>
internal sealed class StandingConnections
{
    // Of a tree-like type everything that can be reached from the new ends; of the others what begins or ends there.
    private const string Read =
        """
        with recursive wanted as (
            select i.from_id, i.to_id, i.type, i.acyclic, i.exclusive from unnest(@from_ids, @to_ids, @types, @acyclic, @exclusive) as i(from_id, to_id, type, acyclic, exclusive)),
        walk(id, type) as (
            select to_id, type from wanted where acyclic
            union
            select c.to_id, c.type from connections c join walk w on c.from_id = w.id and c.type = w.type
            where c.group_id = @group_id and c.archived_at is null)
        select c.from_id, c.to_id, c.type from connections c join walk w on c.from_id = w.id and c.type = w.type
        where c.group_id = @group_id and c.archived_at is null
        union
        select c.from_id, c.to_id, c.type from connections c join wanted w on c.type = w.type
            and ((c.from_id = w.from_id and c.to_id = w.to_id) or (w.exclusive and c.from_id = w.from_id) or (w.exclusive and c.to_id = w.to_id))
        where c.group_id = @group_id and c.archived_at is null
        """;

    private readonly HashSet<(string Type, Guid From, Guid To)> _pairs = [];
    private readonly Dictionary<(string Type, Guid From), List<Guid>> _out = [];
    private readonly HashSet<(string Type, Guid To)> _in = [];

    public static async Task<StandingConnections> ReadAsync(
        NpgsqlConnection connection, Guid groupId, List<NewConnection> made, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Read, connection);
        command.Parameters.AddUuid("group_id", groupId);
        command.Parameters.AddAll("from_ids", NpgsqlDbType.Uuid, made.ConvertAll(m => m.Connection.FromId));
        command.Parameters.AddAll("to_ids", NpgsqlDbType.Uuid, made.ConvertAll(m => m.Connection.ToId));
        command.Parameters.AddAll("types", NpgsqlDbType.Text, made.ConvertAll(m => m.Type.Name));
        command.Parameters.AddAll("acyclic", NpgsqlDbType.Boolean, made.ConvertAll(m => m.Type.Data.Acyclic));
        command.Parameters.AddAll("exclusive", NpgsqlDbType.Boolean, made.ConvertAll(m => m.Type.Data.HasOneTo || m.Type.Data.HasOneFrom));
        var standing = new StandingConnections();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            standing.Add(reader.GetString(2), reader.GetGuid(0), reader.GetGuid(1));
        }

        return standing;
    }

    /// <returns>False when what stands forbids the connection, and the faults say why.</returns>
    public bool Take(NewConnection item, BulkFaults faults)
    {
        var (type, from, to) = (item.Type, item.Connection.FromId, item.Connection.ToId);
        if (_pairs.Contains((type.Name, from, to)))
        {
            faults.Add(item.Index, "duplicate_connection", "The two things are connected this way already.");
        }
        else if ((type.Data.HasOneTo && _out.ContainsKey((type.Name, from))) || (type.Data.HasOneFrom && _in.Contains((type.Name, to))))
        {
            faults.Add(item.Index, "cardinality", $"'{type.Name}' is {type.Data.Cardinality}: one of the two things has such a connection already.");
        }
        else if (type.Data.Acyclic && Leads(type.Name, to, from))
        {
            faults.Add(item.Index, "cycle", $"This would close a circle of '{type.Name}'.");
        }
        else
        {
            Add(type.Name, from, to);
            return true;
        }

        return false;
    }

    private bool Leads(string type, Guid start, Guid goal)
    {
        var (seen, open) = (new HashSet<Guid> { start }, new Stack<Guid>([start]));
        while (open.TryPop(out var id))
        {
            if (id == goal)
            {
                return true;
            }

            foreach (var next in _out.GetValueOrDefault((type, id), []).Where(seen.Add))
            {
                open.Push(next);
            }
        }

        return false;
    }

    private void Add(string type, Guid from, Guid to)
    {
        _pairs.Add((type, from, to));
        _in.Add((type, to));
        if (!_out.TryGetValue((type, from), out var ends))
        {
            _out[(type, from)] = ends = [];
        }

        ends.Add(to);
    }
}
