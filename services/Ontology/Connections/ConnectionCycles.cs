using Npgsql;
using OnePlatform.Ontology.Types;
using OnePlatform.Ontology.Types.Custom;

namespace OnePlatform.Ontology.Connections;

/// <summary>
/// Keeps tree-like types free of circles, and others within their cardinality, under concurrent writers: whoever adds to such a type in
/// a group does so alone, and looks only after the others have committed.
/// </summary>
internal sealed class ConnectionCycles(TypesInForce types)
{
    /// <summary>Whether a chain of live connections of one type leads from a thing to another. Part of the schema.</summary>
    public const string Function =
        """
        create function connection_leads_to(tenant uuid, kind text, start uuid, goal uuid) returns boolean language sql stable as $$
            with recursive walk(id) as (
                select start
                union
                select c.to_id from connections c join walk w on c.from_id = w.id
                where c.group_id = tenant and c.type = kind and c.archived_at is null)
            select exists (select 1 from walk where id = goal)
        $$;
        """;

    private const string Lock = "select pg_advisory_xact_lock(hashtextextended('connections/' || $1::text || '/' || kind, 0)) from unnest($2::text[]) kind order by kind";

    public string[] TypesThat(Func<ConnectionTypeData, bool> predicate)
        => [.. types.Current.ConnectionTypes.Where(t => predicate(t.Data)).Select(t => t.Name).Order(StringComparer.Ordinal)];

    /// <summary>Held to the end of the transaction.</summary>
    public static NpgsqlBatchCommand LockOf(Guid groupId, params string[] kinds) => new(Lock)
    {
        Parameters = { new NpgsqlParameter<Guid> { TypedValue = groupId }, new NpgsqlParameter<string[]> { TypedValue = kinds } },
    };

    /// <summary>Holds the types of which one connection can forbid another.</summary>
    public static async Task LockAsync(NpgsqlConnection connection, Guid groupId, IEnumerable<ConnectionType> types, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { LockOf(groupId, [.. types.Where(t => t.Data.IsExclusive).Select(t => t.Name).Distinct().Order(StringComparer.Ordinal)]) },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task LockAllAsync(NpgsqlConnection connection, Guid groupId, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { LockOf(groupId, TypesThat(t => t.IsExclusive)) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
