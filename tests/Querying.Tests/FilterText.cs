using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Tests;

/// <summary>Writes filters: as text that parses to the same filter, and as the tree they are.</summary>
internal static class FilterText
{
    public static string Print(FilterNode node) => node switch
    {
        And and => $"{Term(and.Left)} AND {Term(and.Right)}",
        Or or => $"{Term(or.Left)} OR {Term(or.Right)}",
        Not not => $"NOT {Term(not.Operand)}",
        Comparison c => $"{Path(c.Field)} {Symbol(c.Operator)} {Value(c.Value)}",
        Presence p => $"{Path(p.Field)}:*",
        Search s => Value(s.Value with { Pattern = null }),
        _ => throw new InvalidOperationException(),
    };

    public static string Tree(FilterNode? node) => node switch
    {
        null => "",
        And and => $"(and {Tree(and.Left)} {Tree(and.Right)})",
        Or or => $"(or {Tree(or.Left)} {Tree(or.Right)})",
        Not not => $"(not {Tree(not.Operand)})",
        Comparison c => $"({Symbol(c.Operator)} {string.Join('/', c.Field.Segments)} {Leaf(c.Value)})",
        Presence p => $"(has {string.Join('/', p.Field.Segments)})",
        Search s => $"(search {Leaf(s.Value)})",
        _ => throw new InvalidOperationException(),
    };

    private static string Leaf(Literal value) => (value.IsQuoted ? $"'{value.Text}'" : value.Text) + (value.Pattern is { } pattern ? $"~{pattern}" : "");

    private static string Term(FilterNode node) => node is And or Or or Not ? $"({Print(node)})" : Print(node);

    private static string Path(FieldPath path) => string.Join('.', path.Segments.Select((s, i) => Plain(s) && i > 0 || i == 0 ? s : Quote(s)));

    private static bool Plain(string segment) => segment.Length > 0 && segment.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static string Value(Literal value) => !value.IsQuoted ? value.Text
        : value.Pattern is { } pattern ? $"\"{pattern.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : Quote(value.Text);

    private static string Quote(string text)
        => "\"" + text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("*", @"\*", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal) + "\"";

    private static string Symbol(FilterOperator comparison) => comparison switch
    {
        FilterOperator.Equal => "=",
        FilterOperator.NotEqual => "!=",
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        _ => ":",
    };
}
