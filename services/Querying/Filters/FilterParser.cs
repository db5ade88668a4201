namespace OnePlatform.Querying.Filters;

/// <summary>
/// The grammar of Google AIP-160. OR binds tighter than AND, and AND may be left out:
/// <c>a b AND c OR d</c> reads <c>(a AND b) AND (c OR d)</c>.
/// </summary>
internal sealed class FilterParser
{
    internal const int MostCharacters = 4096;
    internal const int DeepestNesting = 32;
    internal const int MostTerms = 100;

    private readonly QueryScanner _scanner;
    private readonly RestrictionReader _restrictions;
    private QueryError? _error;
    private int _depth;
    private int _terms;

    private FilterParser(string text)
    {
        _scanner = new QueryScanner(text);
        _restrictions = new RestrictionReader(_scanner);
    }

    /// <returns>The filter, or what is wrong with it; neither for an empty one.</returns>
    public static (FilterNode? Filter, QueryError? Error) Parse(string text)
    {
        if (text.Length > MostCharacters)
        {
            return (null, Invalid(MostCharacters, $"A filter has at most {MostCharacters} characters."));
        }

        if (!StorableText.Accepts(text))
        {
            return (null, Invalid(0, "The filter holds a character that cannot be stored."));
        }

        var parser = new FilterParser(text);
        parser._scanner.SkipSpace();
        if (parser._scanner.AtEnd)
        {
            return (null, null);
        }

        var filter = parser.ReadExpression();
        if (filter is not null && !parser._scanner.AtEnd)
        {
            filter = parser.Fail(parser._scanner.Position, "There is no ( for this ).");
        }

        return (filter, parser._error);
    }

    internal static QueryError Invalid(int position, string detail)
        => new(QueryErrorCode.InvalidFilter, "/filter", detail, position);

    private FilterNode? ReadExpression()
    {
        var left = ReadSequence();
        while (left is not null && TryTakeKeyword("AND"))
        {
            left = ReadSequence() is { } right ? new And(left, right) : null;
        }

        return left;
    }

    private FilterNode? ReadSequence()
    {
        var left = ReadAlternatives();
        while (left is not null && !_scanner.AtEnd && _scanner.Current != ')' && _scanner.PeekName() != "AND")
        {
            left = ReadAlternatives() is { } right ? new And(left, right) : null;
        }

        return left;
    }

    private FilterNode? ReadAlternatives()
    {
        var left = ReadTerm();
        while (left is not null && TryTakeKeyword("OR"))
        {
            left = ReadTerm() is { } right ? new Or(left, right) : null;
        }

        return left;
    }

    private FilterNode? ReadTerm()
    {
        var negated = TryTakeKeyword("NOT") || _scanner.TryTake('-');
        var operand = _scanner.Current == '(' ? ReadGroup() : ReadRestriction();
        _scanner.SkipSpace();
        return negated && operand is not null ? new Not(operand) : operand;
    }

    private FilterNode? ReadGroup()
    {
        var start = _scanner.Position;
        if (++_depth > DeepestNesting)
        {
            return Fail(start, $"Parentheses nest at most {DeepestNesting} deep.");
        }

        _scanner.Skip(1);
        _scanner.SkipSpace();
        var inner = ReadExpression();
        if (inner is not null && !_scanner.TryTake(')'))
        {
            return Fail(start, "This ( is not closed.");
        }

        _depth--;
        return inner;
    }

    private FilterNode? ReadRestriction()
    {
        if (++_terms > MostTerms)
        {
            return Fail(_scanner.Position, $"A filter has at most {MostTerms} comparisons.");
        }

        var (restriction, error) = _restrictions.Read();
        _error ??= error;
        return restriction;
    }

    private bool TryTakeKeyword(string keyword)
    {
        if (_scanner.PeekName() != keyword)
        {
            return false;
        }

        _scanner.Skip(keyword.Length);
        _scanner.SkipSpace();
        return true;
    }

    private FilterNode? Fail(int position, string detail)
    {
        _error ??= Invalid(position, detail);
        return null;
    }
}
