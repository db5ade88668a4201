using System.Buffers;

namespace OnePlatform.Knowledge.Analysis;

/// <summary>
/// Snowball's English stemmer (Porter 2), after the published algorithm of 2026:
/// https://snowballstem.org/algorithms/english/stemmer.html
/// Works in place on a lower-case word and answers the new length.
/// </summary>
internal ref partial struct EnglishStemmer
{
    private static readonly SearchValues<char> s_vowels = SearchValues.Create("aeiouy");

    private readonly Span<char> _word;
    private int _length;
    private int _r1;
    private int _r2;

    private EnglishStemmer(Span<char> word)
    {
        _word = word;
        _length = word.Length;
    }

    public static int Stem(Span<char> word)
    {
        if (word.Length < 3)
        {
            return word.Length;
        }

        if (Special(word) is { } special)
        {
            special.CopyTo(word);
            return special.Length;
        }

        var stemmer = new EnglishStemmer(word);
        stemmer.Run();
        return stemmer._length;
    }

    private void Run()
    {
        MarkConsonantY();
        MarkRegions();
        RemovePlural();
        RemovePastAndGerund();
        if (_length > 2 && _word[_length - 1] is 'y' or 'Y' && !IsVowel(_length - 2))
        {
            _word[_length - 1] = 'i';
        }

        ShortenDouble();
        ShortenSingle();
        RemoveLast();
        RemoveFinalLetter();
        _word[.._length].Replace('Y', 'y');
    }

    // A y that starts the word or follows a vowel is a consonant, written Y until the end.
    private void MarkConsonantY()
    {
        if (_word[0] == '\'')
        {
            _word[1..].CopyTo(_word);
            _length--;
        }

        for (var i = 0; i < _length; i++)
        {
            if (_word[i] == 'y' && (i == 0 || IsVowel(i - 1)))
            {
                _word[i] = 'Y';
            }
        }
    }

    private void MarkRegions()
    {
        _r1 = RegionPrefix(_word[.._length]);
        if (_r1 == 0)
        {
            _r1 = AfterVowelThenConsonant(0);
        }

        _r2 = AfterVowelThenConsonant(_r1);
    }

    private readonly int AfterVowelThenConsonant(int from)
    {
        var i = from;
        while (i < _length && !IsVowel(i))
        {
            i++;
        }

        while (i < _length && IsVowel(i))
        {
            i++;
        }

        return Math.Min(i + 1, _length);
    }

    private readonly bool IsVowel(int at) => _word[at] is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    private readonly bool HasVowelBefore(int end) => _word[..end].ContainsAny(s_vowels);

    private readonly bool Ends(string suffix) => _word[.._length].EndsWith(suffix);

    private void Replace(int suffixLength, string replacement)
    {
        replacement.CopyTo(_word[(_length - suffixLength)..]);
        _length += replacement.Length - suffixLength;
    }

    private readonly bool EndsInShortSyllable(int end)
    {
        if (end >= 4 && _word[(end - 4)..end].SequenceEqual("past"))
        {
            return true;
        }

        if (end == 2)
        {
            return !IsVowel(1) && IsVowel(0);
        }

        return end >= 3 && !IsVowel(end - 1) && _word[end - 1] is not ('w' or 'x' or 'Y') && IsVowel(end - 2) && !IsVowel(end - 3);
    }
}
