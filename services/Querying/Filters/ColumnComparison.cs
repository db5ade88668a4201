using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Filters;

/// <summary>Comparisons of columns that have a type of their own.</summary>
internal sealed class ColumnComparison(ParameterBag parameters)
{
    public SqlPart Write(Field field, FilterOperator comparison, Literal literal)
    {
        if (Refusal(field, comparison) is { } reason)
        {
            return SqlPart.Refuse(literal.Position, reason);
        }

        if (field.Kind == FieldKind.StringArray)
        {
            // Containment rather than = any(): a GIN index serves it.
            return SqlPart.Of($"{field.Sql} @> {parameters.Add(new[] { literal.Text })}");
        }

        if (field.Kind is FieldKind.String or FieldKind.Text)
        {
            if (comparison == FilterOperator.Has)
            {
                return SqlPart.Of($"{field.Sql} ilike {parameters.AddContaining(literal.Text)}");
            }

            if (comparison == FilterOperator.Equal && literal.Pattern is { } pattern)
            {
                return WildcardRefusal(literal) ?? SqlPart.Of($"{field.Sql} like {parameters.AddPattern(pattern)}");
            }
        }

        var (value, expected) = FieldValue.Read(field, literal.Text);
        return value is null
            ? SqlPart.Refuse(literal.Position, expected!)
            : SqlPart.Of($"{field.Sql} {Symbol(comparison)} {parameters.Add(value)}");
    }

    /// <summary>Prefixes and suffixes only: taken literally, a star between other characters would quietly find nothing.</summary>
    public static SqlPart? WildcardRefusal(Literal literal)
    {
        var pattern = literal.Pattern.AsSpan();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\')
            {
                i++;
            }
            else if (pattern[i] == '*' && i != 0 && i != pattern.Length - 1)
            {
                return SqlPart.Refuse(literal.Position, @"A * stands only at the start or the end of a value; in quotes, \* is the sign itself.");
            }
        }

        return null;
    }

    /// <summary>On a single value "has" is "is".</summary>
    public static string Symbol(FilterOperator comparison) => comparison switch
    {
        FilterOperator.Less => "<",
        FilterOperator.LessOrEqual => "<=",
        FilterOperator.Greater => ">",
        FilterOperator.GreaterOrEqual => ">=",
        _ => "=",
    };

    public static bool IsOrder(FilterOperator comparison) => Symbol(comparison) != "=";

    private static string? Refusal(Field field, FilterOperator comparison) => field.Kind switch
    {
        FieldKind.StringArray when comparison != FilterOperator.Has => $"{field.Name} holds several values; {field.Name}:value asks for one of them.",
        FieldKind.Uuid or FieldKind.Boolean or FieldKind.Enum when IsOrder(comparison) => $"{field.Name} has no order; only = and != compare it.",
        _ => null,
    };
}
