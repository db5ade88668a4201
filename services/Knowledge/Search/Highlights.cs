using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Search;

/// <summary>A stretch [Start, End) of a result's text that matches the query.</summary>
internal readonly record struct Highlight(int Start, int End);

internal static class Highlights
{
    /// <summary>Words of the text with a stem of the query; words with only white space between them become one stretch.</summary>
    public static List<Highlight> Find(string query, string text, int most = 20)
    {
        var stems = TextAnalyzer.Terms(query).Select(term => term.Text).ToHashSet(StringComparer.Ordinal);
        var found = new List<Highlight>();
        foreach (var term in TextAnalyzer.TermsOf(text, stems))
        {
            if (found.Count > 0 && text.AsSpan(found[^1].End, term.Start - found[^1].End).IsWhiteSpace())
            {
                found[^1] = found[^1] with { End = term.End };
            }
            else if (found.Count < most)
            {
                found.Add(new Highlight(term.Start, term.End));
            }
            else
            {
                break;
            }
        }

        return found;
    }
}
