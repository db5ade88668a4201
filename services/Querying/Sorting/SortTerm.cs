using OnePlatform.Querying.Fields;

namespace OnePlatform.Querying.Sorting;

/// <summary>One key of a sort order.</summary>
internal sealed record SortTerm(string Sql, FieldKind Kind, bool Descending, bool IsNullable)
{
    /// <summary>Missing values come last, whichever the direction. Ascending that is what PostgreSQL does unasked.</summary>
    public string OrderBy => (Descending, IsNullable) switch
    {
        (true, true) => $"{Sql} desc nulls last",
        (true, false) => $"{Sql} desc",
        _ => Sql,
    };

    public string Beyond => Descending ? "<" : ">";

    /// <summary>Keys travel as text and are cast back by the database that wrote them.</summary>
    public string Type => Kind switch
    {
        FieldKind.Uuid => "uuid",
        FieldKind.Number => "numeric",
        FieldKind.Integer => "bigint",
        FieldKind.Boolean => "boolean",
        FieldKind.Timestamp => "timestamptz",
        FieldKind.Json => "jsonb",
        _ => "text",
    };
}
