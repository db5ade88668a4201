using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Types.Schemas;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>
/// Whether what is stored fits a type as it is to be. Names the places and counts the rows, never the rows themselves: they may lie
/// in groups that whoever changes the type does not see.
/// </summary>
internal static partial class TypeFit
{
    private const int MostFaults = 50;

    private const string InForce = "join groups g on g.id = r.group_id and @owner = any (g.path) where r.type = @type";

    /// <param name="connection">In the transaction of the change.</param>
    /// <param name="owner">The group whose type it is.</param>
    /// <param name="table"><c>things</c> or <c>connections</c>.</param>
    /// <param name="column">What the schema is of.</param>
    /// <param name="type">The type's name.</param>
    /// <param name="schema">As it is to be.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<List<ProblemError>> OfRowsAsync(
        NpgsqlConnection connection, Guid owner, string table, string column, string type, JsonSchema schema, CancellationToken cancellationToken)
    {
        var faults = new SortedDictionary<(string Pointer, string Code), (int Count, string Detail)>();
        await using var command = Command(connection, $"select r.{column} from {table} r {InForce}", owner, type);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            foreach (var fault in schema.Check(JsonElement.Parse(row.GetString(0)), $"/{column}").DistinctBy(f => (Places().Replace(f.Pointer, "/*"), f.Code)))
            {
                var key = (Places().Replace(fault.Pointer, "/*"), fault.Code);
                if (faults.TryGetValue(key, out var known))
                {
                    faults[key] = known with { Count = known.Count + 1 };
                }
                else if (faults.Count < MostFaults)
                {
                    faults[key] = (1, fault.Detail);
                }
            }
        }

        return [.. faults.Select(f => new ProblemError(
            f.Key.Pointer, f.Key.Code, string.Create(CultureInfo.InvariantCulture, $"{f.Value.Count} {table} would not fit: {f.Value.Detail}")))];
    }

    /// <summary>The rules of ends, circles and number that the connections of a type already break.</summary>
    public static async Task<List<ProblemError>> OfConnectionsAsync(
        NpgsqlConnection connection, Guid owner, ConnectionTypeData after, CancellationToken cancellationToken)
    {
        var faults = new List<ProblemError>();
        if (after.StrictEnds)
        {
            await AddAsync("/strictEnds", "wrong_ends", $"""
                select count(*) from connections r join things f on f.id = r.from_id join things t on t.id = r.to_id {InForce}
                    and not ((f.type = any (@from) or '*' = any (@from)) and (t.type = any (@to) or '*' = any (@to)))
                """);
        }

        if (after.Acyclic)
        {
            await AddAsync("/acyclic", "cycle", $"""
                select count(*) from connections r {InForce} and r.archived_at is null and connection_leads_to(r.group_id, r.type, r.to_id, r.from_id)
                """);
        }

        if (after.HasOneTo)
        {
            await AddAsync("/cardinality", "cardinality", $"""
                select count(*) from (select from connections r {InForce} and r.archived_at is null group by r.from_id having count(*) > 1) many
                """);
        }

        if (after.HasOneFrom)
        {
            await AddAsync("/cardinality", "cardinality", $"""
                select count(*) from (select from connections r {InForce} and r.archived_at is null group by r.to_id having count(*) > 1) many
                """);
        }

        return faults;

        async Task AddAsync(string pointer, string code, string sql)
        {
            await using var command = Command(connection, sql, owner, after.Name);
            command.Parameters.AddAll("from", NpgsqlDbType.Text, [.. after.From]);
            command.Parameters.AddAll("to", NpgsqlDbType.Text, [.. after.To]);
            if (await command.ExecuteScalarAsync(cancellationToken) is long and > 0 and var count)
            {
                faults.Add(new ProblemError(pointer, code, $"{count} connections, or things they join, do not fit."));
            }
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, Guid owner, string type)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddUuid("owner", owner);
        command.Parameters.AddText("type", type);
        return command;
    }

    // Items of lists are one place, however long the lists are.
    [GeneratedRegex("/[0-9]+(?=/|$)")]
    private static partial Regex Places();
}
