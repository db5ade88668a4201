namespace OnePlatform.Querying.Filters;

/// <summary>Reads the smallest parts of a filter: one comparison, one <c>field:*</c>, one value on its own.</summary>
internal sealed class RestrictionReader(QueryScanner scanner)
{
    public (FilterNode? Restriction, QueryError? Error) Read()
    {
        var start = scanner.Position;
        if (scanner.PeekName() is "AND" or "OR" or "NOT")
        {
            return Refuse(start, $"A comparison was expected, not {scanner.PeekName()}.");
        }

        if (scanner.AtEnd)
        {
            return Refuse(start, "A comparison was expected at the end.");
        }

        var isQuoted = scanner.AtQuote;
        if (scanner.ReadPath() is not { } field)
        {
            return Refuse(scanner.Failure.Position, scanner.Failure.Detail);
        }

        if (scanner.Current == '(')
        {
            return Refuse(start, "Functions are not supported.");
        }

        scanner.SkipSpace();
        if (TakeOperator() is { } comparison)
        {
            scanner.SkipSpace();
            return ReadComparison(field, comparison);
        }

        return scanner.Current == '!'
            ? Refuse(scanner.Position, "An operator is one of = != < <= > >= and :")
            : (new Search(new Literal(field.ToString(), Pattern: null, isQuoted, start)), null);
    }

    private (FilterNode?, QueryError?) ReadComparison(FieldPath field, FilterOperator comparison)
    {
        var start = scanner.Position;
        if (scanner.AtQuote)
        {
            return scanner.ReadQuoted() is { } quoted
                ? (new Comparison(field, comparison, quoted), null)
                : Refuse(scanner.Failure.Position, scanner.Failure.Detail);
        }

        var value = scanner.ReadBareValue();
        return (value.Text, scanner.Current) switch
        {
            ("", '(') => Refuse(start, "A group of values is not supported; write one comparison for each, with OR between."),
            ("", _) => Refuse(start, "A value was expected here."),
            ("AND" or "OR" or "NOT", _) => Refuse(start, $"{value.Text} is a keyword; in quotes it is a value."),
            (_, '(') => Refuse(start, "Functions are not supported."),
            ("*", _) when comparison == FilterOperator.Has => (new Presence(field), null),
            _ => (new Comparison(field, comparison, value), null),
        };
    }

    private FilterOperator? TakeOperator()
    {
        if (scanner.TryTake('='))
        {
            return FilterOperator.Equal;
        }

        if (scanner.TryTake(':'))
        {
            return FilterOperator.Has;
        }

        if (scanner.TryTake('<'))
        {
            return scanner.TryTake('=') ? FilterOperator.LessOrEqual : FilterOperator.Less;
        }

        if (scanner.TryTake('>'))
        {
            return scanner.TryTake('=') ? FilterOperator.GreaterOrEqual : FilterOperator.Greater;
        }

        return scanner.TryTake("!=") ? FilterOperator.NotEqual : null;
    }

    private static (FilterNode?, QueryError?) Refuse(int position, string detail) => (null, FilterParser.Invalid(position, detail));
}
