namespace OnePlatform.Knowledge.Analysis;

/// <summary>
/// Sentences of a text as [start, end) without the white space around them. Ends are . ! ? … and their wide forms when
/// white space or the text's end follows and the next word could begin a sentence, and blank lines.
/// </summary>
internal ref struct SentenceReader(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public int Start { get; private set; }

    public int End { get; private set; }

    public bool Read()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        if (_at == _text.Length)
        {
            return false;
        }

        Start = _at;
        while (_at < _text.Length && !EndsHere())
        {
            _at++;
        }

        End = _at;
        while (char.IsWhiteSpace(_text[End - 1]))
        {
            End--;
        }

        return true;
    }

    // Moves past the closing marks of the sentence when it ends at the current place.
    private bool EndsHere()
    {
        var c = _text[_at];
        if (c == '\n')
        {
            return IsBlankLineNext();
        }

        if (c is '。' or '！' or '？')
        {
            _at++;
            return true;
        }

        if (c is not ('.' or '!' or '?' or '…'))
        {
            return false;
        }

        var after = _at + 1;
        while (after < _text.Length && _text[after] is '.' or '!' or '?' or '"' or '\'' or ')' or ']' or '”' or '’')
        {
            after++;
        }

        if (!BeginsSentence(after) || (c == '.' && after == _at + 1 && IsAbbreviation()))
        {
            return false;
        }

        _at = after;
        return true;
    }

    private readonly bool IsBlankLineNext()
    {
        var next = _at + 1;
        while (next < _text.Length && _text[next] is ' ' or '\t' or '\r')
        {
            next++;
        }

        return next < _text.Length && _text[next] == '\n';
    }

    private readonly bool BeginsSentence(int at)
    {
        if (at == _text.Length)
        {
            return true;
        }

        if (!char.IsWhiteSpace(_text[at]))
        {
            return false;
        }

        // Texts without capitals mark their ends with white space on both sides: "drag . the lift".
        return _at == 0 || char.IsWhiteSpace(_text[_at - 1]) || !char.IsLower(NextVisible(at));
    }

    private readonly char NextVisible(int at)
    {
        while (at < _text.Length && char.IsWhiteSpace(_text[at]))
        {
            at++;
        }

        return at < _text.Length ? _text[at] : ' ';
    }

    // "J. Smith", "e.g. this", "Dr. No": a single letter or a known short form before the point.
    private readonly bool IsAbbreviation()
    {
        var start = _at;
        while (start > Start && (char.IsLetter(_text[start - 1]) || _text[start - 1] == '.'))
        {
            start--;
        }

        var word = _text[start.._at];
        return word switch
        {
            [var only] => char.IsUpper(only) && only != 'I',
            "Dr" or "Mr" or "Mrs" or "Ms" or "Prof" or "St" or "vs" or "etc" or "e.g" or "i.e" or "cf" or "No" or "Fig" or "Eq" => true,
            _ => false,
        };
    }
}
