using System.Data.Common;
using System.Text.Json;

namespace OnePlatform.Ontology.Things;

/// <summary>How a thing is read.</summary>
internal static class ThingRow
{
    public const string Columns =
        "t.id, t.group_id, t.type, t.name, t.properties, t.status, t.external_id, t.created_by, t.version, t.created_at, t.updated_at, t.archived_at";

    /// <summary>The first column after <see cref="Columns"/>.</summary>
    public const int Next = 12;

    public static ThingResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), JsonElement.Parse(row.GetString(4)), row.GetString(5),
        row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : row.GetGuid(7), row.GetInt64(8),
        row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11));
}

/// <summary>Which things a caller sees besides the tenant's rule: a customer what is published, all others everything.</summary>
internal static class ThingSight
{
    public static string Of(ServiceDefaults.Caller caller, string table = "t")
        => SeesAll(caller) ? "true" : $"{table}.status = '{ThingStatus.Published}'";

    /// <summary>The same of a thing that was read.</summary>
    public static bool Allows(ServiceDefaults.Caller caller, ThingResponse thing) => SeesAll(caller) || thing.Status == ThingStatus.Published;

    private static bool SeesAll(ServiceDefaults.Caller caller) => caller.Role > ServiceDefaults.Role.Customer;
}
