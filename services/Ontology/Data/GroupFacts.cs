using System.Data.Common;
using Npgsql;

namespace OnePlatform.Ontology.Data;

/// <summary>What a write must know of its group; read with the row it changes.</summary>
internal sealed record GroupFacts(bool IsActive, bool StrictProperties, bool RequireIfMatch)
{
    public const string Columns =
        "g.status = 'active', coalesce((g.settings ->> 'strictProperties')::boolean, false), coalesce((g.settings ->> 'requireIfMatch')::boolean, false)";

    public static async Task<GroupFacts?> FindAsync(NpgsqlConnection connection, Guid groupId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from groups g where g.id = $1", connection) { Parameters = { new() { Value = groupId } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader, 0) : null;
    }

    public static GroupFacts Read(DbDataReader row, int from) => new(row.GetBoolean(from), row.GetBoolean(from + 1), row.GetBoolean(from + 2));
}
