using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Search;

/// <summary>A stretch [Start, End) of a result's text that matches the query.</summary>
internal readonly record struct Highlight(int Start, int End);

/// <summary>What matches one query, in any number of texts.</summary>
internal sealed class Highlights(string query)
{
    private readonly HashSet<string> _stems = TextAnalyzer.Terms(query).Select(term => term.Text).ToHashSet(StringComparer.Ordinal);

    /// <summary>Words of the text with a stem of the query; words with only white space between them become one stretch.</summary>
    public List<Highlight> Find(string text, int most = 20)
    {
        var found = new List<Highlight>();
        foreach (var term in TextAnalyzer.TermsOf(text, _stems))
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
