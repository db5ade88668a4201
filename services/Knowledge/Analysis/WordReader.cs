using System.Globalization;

namespace OnePlatform.Knowledge.Analysis;

/// <summary>
/// Words of a text with their offsets: runs of letters, digits and marks; an apostrophe between letters and a point
/// or comma between digits stay inside. Scripts written without spaces give one word per character.
/// </summary>
internal ref struct WordReader(ReadOnlySpan<char> text)
{
    // Longer runs are encoded data, not words, and would only bloat the index.
    public const int LongestWord = 64;

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public int Start { get; private set; }

    public int Length { get; private set; }

    public bool Read()
    {
        while (_at < _text.Length)
        {
            if (!IsWordPart(_text, _at))
            {
                _at++;
                continue;
            }

            Start = _at;
            _at += Width(_text, _at);
            if (!IsUnspaced(_text[Start]))
            {
                Extend();
            }

            Length = _at - Start;
            if (Length <= LongestWord)
            {
                return true;
            }
        }

        return false;
    }

    private void Extend()
    {
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (IsWordPart(_text, _at))
            {
                if (IsUnspaced(c))
                {
                    return;
                }

                _at += Width(_text, _at);
            }
            else if (_at + 1 < _text.Length && Joins(c, _text[_at - 1], _text[_at + 1]))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private static bool Joins(char c, char before, char after) => c switch
    {
        '\'' or '\u2019' => char.IsLetter(before) && char.IsLetter(after),
        '.' or ',' => char.IsDigit(before) && char.IsDigit(after),
        _ => false,
    };

    private static int Width(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    private static bool IsWordPart(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        if (char.IsAscii(c))
        {
            return char.IsAsciiLetterOrDigit(c);
        }

        if (char.IsSurrogate(c))
        {
            return Width(text, at) == 2 && IsWordCategory(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(c, text[at + 1])));
        }

        return IsWordCategory(CharUnicodeInfo.GetUnicodeCategory(c));
    }

    private static bool IsWordCategory(UnicodeCategory category) => category
        is <= UnicodeCategory.SpacingCombiningMark
        or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber;

    private static bool IsUnspaced(char c) => c
        is (>= '\u3040' and <= '\u30FF') // kana
        or (>= '\u3400' and <= '\u9FFF') // Han
        or (>= '\uF900' and <= '\uFAFF')
        or (>= '\u0E00' and <= '\u0EFF'); // Thai and Lao
}
