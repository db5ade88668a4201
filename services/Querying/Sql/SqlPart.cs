using OnePlatform.Querying.Filters;

namespace OnePlatform.Querying.Sql;

/// <summary>A predicate, or why there is none.</summary>
internal readonly record struct SqlPart(string Text, QueryError? Error)
{
    public static SqlPart Of(string text) => new(text, Error: null);

    public static SqlPart Refuse(int position, string detail) => new("", FilterParser.Invalid(position, detail));

    /// <summary>True where this is false or null, so that a missing value is unlike every value.</summary>
    public SqlPart Negated() => Error is null ? Of($"({Text}) is not true") : this;

    public static SqlPart Join(SqlPart left, string word, Func<SqlPart> right)
    {
        if (left.Error is not null)
        {
            return left;
        }

        var other = right();
        return other.Error is null ? Of($"({left.Text} {word} {other.Text})") : other;
    }
}
