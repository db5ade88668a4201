using System.Collections.Concurrent;

namespace OnePlatform.Knowledge.Analysis;

/// <summary>
/// Text to terms, the same for indexing, searching, embedding and highlighting: words, folded, without stop words, stemmed.
/// </summary>
internal static class TextAnalyzer
{
    // A word costs a microsecond to stem and a lookup here a tenth of that. Full is full: the common words come first.
    private const int MostCachedWords = 50_000;

    private static readonly ConcurrentDictionary<string, string> s_stems = new(StringComparer.Ordinal);

    private static readonly ConcurrentDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> s_lookup =
        s_stems.GetAlternateLookup<ReadOnlySpan<char>>();

    private static int s_cached;

    public static List<Term> Terms(ReadOnlySpan<char> text)
    {
        var terms = new List<Term>((text.Length / 10) + 4);
        var words = new WordReader(text);
        while (words.Read())
        {
            var stem = Stem(text.Slice(words.Start, words.Length));
            if (stem.Length > 0)
            {
                terms.Add(new Term(stem, words.Start, words.Length));
            }
        }

        return terms;
    }

    /// <summary>Those of the text's terms that have one of some stems.</summary>
    public static List<Term> TermsOf(ReadOnlySpan<char> text, HashSet<string> stems)
    {
        var terms = new List<Term>();
        Span<bool> initials = stackalloc bool[128];
        foreach (var stem in stems)
        {
            initials[stem.Length > 0 && char.IsAscii(stem[0]) ? stem[0] : 0] = true;
        }

        var words = new WordReader(text);
        while (words.Read())
        {
            // Neither folding nor stemming changes an ASCII initial but for its case, so most words are known by it not to be meant.
            var initial = text[words.Start];
            if (char.IsAscii(initial) && !initials[char.ToLowerInvariant(initial)])
            {
                continue;
            }

            var own = Stem(text.Slice(words.Start, words.Length));
            if (stems.Contains(own))
            {
                terms.Add(new Term(own, words.Start, words.Length));
            }
        }

        return terms;
    }

    /// <summary>The stem of one word as it stands in a text, or the empty string for a stop word.</summary>
    private static string Stem(ReadOnlySpan<char> word)
    {
        if (s_lookup.TryGetValue(word, out var known))
        {
            return known;
        }

        var stem = Compute(word);
        if (s_cached < MostCachedWords && s_stems.TryAdd(word.ToString(), stem))
        {
            Interlocked.Increment(ref s_cached);
        }

        return stem;
    }

    private static string Compute(ReadOnlySpan<char> word)
    {
        Span<char> buffer = stackalloc char[(2 * WordReader.LongestWord) + 1];
        var folded = WithoutApostrophes(buffer[..Folding.Fold(word, buffer)]);
        if (StopWords.Contains(folded))
        {
            return "";
        }

        return new string(folded[..EnglishStemmer.Stem(folded)]);
    }

    private static Span<char> WithoutApostrophes(Span<char> folded)
    {
        if (folded.EndsWith("'s"))
        {
            folded = folded[..^2];
        }

        var kept = 0;
        foreach (var c in folded)
        {
            if (c != '\'')
            {
                folded[kept++] = c;
            }
        }

        return folded[..kept];
    }
}
