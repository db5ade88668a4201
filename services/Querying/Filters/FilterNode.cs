namespace OnePlatform.Querying.Filters;

/// <summary>A parsed filter, before anything is known about the fields it names.</summary>
internal abstract record FilterNode
{
    /// <summary>The parts that all must hold.</summary>
    public IEnumerable<FilterNode> Conjuncts() => this is And and ? and.Left.Conjuncts().Concat(and.Right.Conjuncts()) : [this];
}

internal sealed record And(FilterNode Left, FilterNode Right) : FilterNode;

internal sealed record Or(FilterNode Left, FilterNode Right) : FilterNode;

internal sealed record Not(FilterNode Operand) : FilterNode;

internal sealed record Comparison(FieldPath Field, FilterOperator Operator, Literal Value) : FilterNode;

/// <summary><c>field:*</c>: the field has a value.</summary>
internal sealed record Presence(FieldPath Field) : FilterNode;

/// <summary>A value on its own, looked for in every searched field.</summary>
internal sealed record Search(Literal Value) : FilterNode;

internal enum FilterOperator
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Has,
}

/// <param name="Text">The value with its escapes resolved.</param>
/// <param name="Pattern">
/// Set when the value has a <c>*</c> that was not escaped: the same value, in which <c>*</c> stands for anything and <c>\</c> escapes.
/// </param>
/// <param name="IsQuoted">A quoted value is always a string; <c>5</c> and <c>"5"</c> differ where a field can hold either.</param>
/// <param name="Position">Where the value begins in the filter.</param>
internal sealed record Literal(string Text, string? Pattern, bool IsQuoted, int Position);

/// <summary>A field name with the steps into a JSON document that follow it.</summary>
internal sealed record FieldPath(IReadOnlyList<string> Segments, int Position)
{
    public string Root => Segments[0];

    public IReadOnlyList<string> Steps => [.. Segments.Skip(1)];

    public override string ToString() => string.Join('.', Segments);
}
