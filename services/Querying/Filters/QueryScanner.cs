using System.Buffers;
using System.Globalization;
using System.Text;

namespace OnePlatform.Querying.Filters;

/// <summary>Reads the words, quoted strings and dotted paths that filters, sort orders and field lists are made of.</summary>
internal sealed class QueryScanner(string text)
{
    private const int MostSteps = 16;

    private static readonly SearchValues<char> s_endsName = SearchValues.Create(" \t\r\n()\"',=<>!:.");

    // A value may hold a time (11:30:00) or a decimal point; a name may not.
    private static readonly SearchValues<char> s_endsValue = SearchValues.Create(" \t\r\n()\"',=<>!");

    public int Position { get; private set; }

    /// <summary>Why the last read failed, and where.</summary>
    public (int Position, string Detail) Failure { get; private set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => AtEnd ? '\0' : text[Position];

    public bool AtQuote => Current is '"' or '\'';

    public void SkipSpace()
    {
        while (Current is ' ' or '\t' or '\r' or '\n')
        {
            Position++;
        }
    }

    public bool TryTake(char expected)
    {
        if (AtEnd || text[Position] != expected)
        {
            return false;
        }

        Position++;
        return true;
    }

    public bool TryTake(string expected)
    {
        var found = text.AsSpan(Math.Min(Position, text.Length)).StartsWith(expected);
        Position += found ? expected.Length : 0;
        return found;
    }

    public string PeekName()
    {
        var rest = text.AsSpan(Position);
        var length = rest.IndexOfAny(s_endsName);
        return (length < 0 ? rest : rest[..length]).ToString();
    }

    public void Skip(int count) => Position += count;

    /// <summary>An unquoted value; empty when something else stands here.</summary>
    public Literal ReadBareValue()
    {
        var start = Position;
        var rest = text.AsSpan(start);
        var length = rest.IndexOfAny(s_endsValue);
        var word = (length < 0 ? rest : rest[..length]).ToString();
        Position += word.Length;
        var pattern = word.Contains('*', StringComparison.Ordinal) ? word.Replace(@"\", @"\\", StringComparison.Ordinal) : null;
        return new Literal(word, pattern, IsQuoted: false, start);
    }

    public Literal? ReadQuoted()
    {
        var start = Position;
        var quote = text[Position++];
        var value = new StringBuilder();
        var pattern = new StringBuilder();
        var hasStar = false;
        while (!AtEnd && Current != quote)
        {
            var at = Position;
            var character = text[Position++];
            if (character == '\\')
            {
                if (ReadEscape() is not { } escaped)
                {
                    return Fail<Literal>(at, @"This escape is not known; there are \"" \' \\ \* \n \r \t and \uXXXX.");
                }

                character = escaped;
                pattern.Append(escaped is '*' or '\\' ? "\\" : "").Append(escaped);
            }
            else
            {
                hasStar |= character == '*';
                pattern.Append(character);
            }

            value.Append(character);
        }

        if (!TryTake(quote))
        {
            return Fail<Literal>(start, "This string is not closed.");
        }

        var result = value.ToString();
        return StorableText.Accepts(result)
            ? new Literal(result, hasStar ? pattern.ToString() : null, IsQuoted: true, start)
            : Fail<Literal>(start, "This string holds a character that cannot be stored.");
    }

    /// <summary>A name, and the steps below it, each plain or quoted: <c>properties."odd name".size</c>.</summary>
    public FieldPath? ReadPath()
    {
        var start = Position;
        var segments = new List<string>();
        do
        {
            if (segments.Count == MostSteps)
            {
                return Fail<FieldPath>(start, $"A field has at most {MostSteps} steps.");
            }

            var at = Position;
            var segment = AtQuote ? ReadQuoted()?.Text : PeekName();
            if (segment is null)
            {
                return null;
            }

            if (segment.Length == 0)
            {
                return Fail<FieldPath>(at, AtEnd ? "A field name was expected at the end." : "A field name was expected here.");
            }

            if (Position == at)
            {
                Skip(segment.Length);
            }

            segments.Add(segment);
        }
        while (TryTake('.'));

        return new FieldPath(segments, start);
    }

    private char? ReadEscape()
    {
        switch (AtEnd ? '\0' : text[Position++])
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when text.Length - Position >= 4
                && ushort.TryParse(text.AsSpan(Position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                Position += 4;
                return (char)code;
            case var c and ('"' or '\'' or '\\' or '*'): return c;
            default: return null;
        }
    }

    private T? Fail<T>(int position, string detail)
        where T : class
    {
        Failure = (position, detail);
        return null;
    }
}
