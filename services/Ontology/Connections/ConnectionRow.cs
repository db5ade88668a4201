using System.Data.Common;
using System.Text.Json;

namespace OnePlatform.Ontology.Connections;

/// <summary>How a connection is read.</summary>
internal static class ConnectionRow
{
    public const string Columns =
        """
        c.id, c.group_id, c.from_id, c.to_id, c.type, c.metadata, c.strength, c.valid_from, c.valid_to, c.created_by, c.version,
        c.created_at, c.updated_at, c.archived_at
        """;

    /// <summary>The first column after <see cref="Columns"/>.</summary>
    public const int Next = 14;

    /// <summary>Ends that a customer may see are published ones; others see all.</summary>
    public static string SightOf(ServiceDefaults.Caller caller) => caller.Role <= ServiceDefaults.Role.Customer
        ? "(select count(*) from things e where e.id in (c.from_id, c.to_id) and e.status = 'published') = 2"
        : "true";

    public static ConnectionResponse Read(DbDataReader row, DateTimeOffset now)
    {
        var (validFrom, validTo) = (Time(row, 7), Time(row, 8));
        return new ConnectionResponse(
            row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetGuid(3), row.GetString(4), JsonElement.Parse(row.GetString(5)),
            row.IsDBNull(6) ? null : row.GetDouble(6), validFrom, validTo, StateAt(now, validFrom, validTo), row.IsDBNull(9) ? null : row.GetGuid(9),
            row.GetInt64(10), row.GetFieldValue<DateTimeOffset>(11), row.GetFieldValue<DateTimeOffset>(12), Time(row, 13));
    }

    public static string StateAt(DateTimeOffset now, DateTimeOffset? validFrom, DateTimeOffset? validTo)
        => validFrom > now ? "future" : validTo <= now ? "expired" : "active";

    private static DateTimeOffset? Time(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
