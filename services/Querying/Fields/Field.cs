using System.Text.RegularExpressions;

namespace OnePlatform.Querying.Fields;

/// <summary>One field of a list: what callers name it, and the SQL expression it stands for.</summary>
/// <remarks>Immutable; the fluent methods return a copy.</remarks>
public sealed partial record Field
{
    private Field(string name, FieldKind kind, string sql)
    {
        Name = name;
        Kind = kind;
        Sql = PlainColumn().IsMatch(sql) ? sql : $"({sql})";
    }

    internal string Name { get; }

    internal FieldKind Kind { get; }

    internal string Sql { get; }

    internal IReadOnlyList<string> Values { get; private init; } = [];

    internal bool IsFilterable { get; private init; } = true;

    internal bool IsSortable { get; private init; }

    internal bool IsSearched { get; private init; }

    internal bool IsRequired { get; private init; }

    internal bool IsIndexed { get; private init; }

    /// <summary>The unique key of the list, which ends every sort order. Each list has exactly one, named <c>id</c>.</summary>
    public static Field Id(string sql) => new("id", FieldKind.Uuid, sql) { IsSortable = true, IsRequired = true };

    /// <summary>Text of at most some hundred characters; the limit is the table's to keep.</summary>
    public static Field String(string name, string sql) => new(name, FieldKind.String, sql);

    /// <summary>Text of any length; it cannot be sorted by, because a cursor carries the sort keys.</summary>
    public static Field Text(string name, string sql) => new(name, FieldKind.Text, sql);

    /// <summary>A uuid; it has no order in a filter.</summary>
    public static Field Uuid(string name, string sql) => new(name, FieldKind.Uuid, sql);

    /// <summary>A numeric or double precision.</summary>
    public static Field Number(string name, string sql) => new(name, FieldKind.Number, sql);

    /// <summary>A bigint or narrower.</summary>
    public static Field Integer(string name, string sql) => new(name, FieldKind.Integer, sql);

    /// <summary>A boolean.</summary>
    public static Field Boolean(string name, string sql) => new(name, FieldKind.Boolean, sql);

    /// <summary>A timestamptz.</summary>
    public static Field Timestamp(string name, string sql) => new(name, FieldKind.Timestamp, sql);

    /// <summary>Text out of <paramref name="values"/>; any other value in a filter is refused. A column of an enum type is cast to text.</summary>
    public static Field Enum(string name, string sql, params IEnumerable<string> values)
        => new(name, FieldKind.Enum, sql) { Values = [.. values] };

    /// <summary>A <c>text[]</c>, asked with <c>name:element</c>.</summary>
    public static Field StringArray(string name, string sql) => new(name, FieldKind.StringArray, sql);

    /// <summary>A jsonb column: <c>name.any.member</c> can be filtered, and sorted by where the field is sortable.</summary>
    public static Field Json(string name, string sql) => new(name, FieldKind.Json, sql);

    /// <summary>A member of the answer that no filter or sort order can name, but <c>?fields=</c> can.</summary>
    public static Field Shown(string name) => new(name, FieldKind.Json, "null") { IsFilterable = false };

    /// <summary>A sort order may name the field.</summary>
    public Field Sortable()
        => Kind is FieldKind.Text or FieldKind.StringArray
            ? throw new InvalidOperationException($"{Name}: a {Kind} field cannot be sorted by.")
            : this with { IsSortable = true };

    /// <summary>The expression is never null. Spares a sort order the handling of nulls, which lets a plain index serve it.</summary>
    public Field Required() => this with { IsRequired = true };

    /// <summary>A value alone in a filter, without a field name, is looked for here.</summary>
    public Field Searched()
        => Kind is FieldKind.String or FieldKind.Text
            ? this with { IsSearched = true }
            : throw new InvalidOperationException($"{Name}: only text is searched.");

    /// <summary>
    /// An index finds the rows with a value, or for a document those that contain one; see <see cref="Lists.ListPlan.Walk"/>. Only a store
    /// that bounds how many rows a page reads makes use of it.
    /// </summary>
    public Field Indexed() => this with { IsIndexed = true };

    /// <summary>No filter may name the field; sort orders, parameters and <c>?fields=</c> still can.</summary>
    public Field NotFilterable() => this with { IsFilterable = false };

    [GeneratedRegex("^[a-z_][a-z0-9_]*([.][a-z_][a-z0-9_]*)?$")]
    private static partial Regex PlainColumn();
}
