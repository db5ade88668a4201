using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Types.Custom;

/// <param name="Clash">A name would come to mean two things.</param>
/// <param name="InUse">Something has a type that would not be in force any more.</param>
internal readonly record struct TypeObstacles(bool Clash, bool InUse);

/// <summary>A group that moves leaves the types of the groups it lay below, and comes under those of others.</summary>
internal static class TypesOfMovedGroups
{
    private const string Clash =
        """
        select exists (
            select from custom_types own join groups g on g.id = own.group_id
            join custom_types other on other.kind = own.kind and other.name = own.name
            where @moved = any (g.path) and other.group_id = any (@entered))
        """;

    // Writers of a type hold it shared until they have committed, so what is not seen after this does not come.
    private const string HoldLeft =
        "select count(pg_advisory_xact_lock(hashtextextended('types/' || id::text, 0))) from (select id from custom_types where group_id = any (@left) order by id) t";

    private const string InUse =
        """
        select exists (
            select from custom_types t, groups g
            where t.group_id = any (@left) and @moved = any (g.path) and case t.kind
                when 'thing' then exists (select from things r where r.group_id = g.id and r.type = t.name)
                when 'connection' then exists (select from connections r where r.group_id = g.id and r.type = t.name)
                else false end)
        """;

    /// <param name="connection">In the transaction of the move, which is done alone; it sees every group.</param>
    /// <param name="moved">The group; its path is still the old one.</param>
    /// <param name="left">The groups it will not lie below any more.</param>
    /// <param name="entered">The groups it did not lie below before.</param>
    /// <param name="cancellationToken">Ends the wait for writers.</param>
    public static async Task<TypeObstacles> FindAsync(
        NpgsqlConnection connection, Guid moved, Guid[] left, Guid[] entered, CancellationToken cancellationToken)
    {
        await CustomTypeStore.HoldNamesAsync(connection, cancellationToken);
        var clash = (bool)(await AskAsync(Clash))!;
        await AskAsync(HoldLeft);
        return new TypeObstacles(clash, (bool)(await AskAsync(InUse))!);

        async Task<object?> AskAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.AddUuid("moved", moved);
            command.Parameters.AddAll("left", NpgsqlDbType.Uuid, [.. left]);
            command.Parameters.AddAll("entered", NpgsqlDbType.Uuid, [.. entered]);
            return await command.ExecuteScalarAsync(cancellationToken);
        }
    }
}
