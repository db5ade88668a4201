using System.Globalization;
using System.Text.RegularExpressions;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Answers;

namespace OnePlatform.Knowledge.Generation;

/// <summary>
/// Turns the numbers in brackets a model leaves into citations, each only if a sentence of that source shares enough words with the
/// sentence before the bracket: a number alone proves nothing.
/// </summary>
internal static partial class CitationCheck
{
    private const double LeastShare = 0.4;

    public static List<AnswerCitation> Of(string answer, IReadOnlyList<AnswerPassage> passages)
    {
        var citations = new List<AnswerCitation>();
        var sources = SourceSentence.Of([.. passages.Select(p => new AnswerSource(p.Id.ToString(), p.Text))]).ToLookup(s => s.Source);
        var after = 0;
        foreach (Match marks in Marks().Matches(answer))
        {
            var (start, end) = SentenceBefore(answer, after, marks.Index);
            after = marks.Index + marks.Length;
            var stems = TextAnalyzer.Terms(answer.AsSpan(start, end - start)).Select(t => t.Text).ToHashSet(StringComparer.Ordinal);
            foreach (Match number in Number().Matches(marks.Value))
            {
                if (int.TryParse(number.Value, CultureInfo.InvariantCulture, out var n) && n >= 1 && n <= passages.Count
                    && Support(stems, sources[n - 1]) is { } support)
                {
                    citations.Add(new AnswerCitation(start, end, passages[n - 1].Id, support.Start, support.End));
                }
            }
        }

        return citations;
    }

    private static SourceSentence? Support(HashSet<string> stems, IEnumerable<SourceSentence> sentences)
    {
        var best = sentences.Select(s => (Sentence: s, Shared: s.Stems.Count(stems.Contains))).MaxBy(s => s.Shared);
        return stems.Count > 0 && best.Sentence is not null && best.Shared >= LeastShare * Math.Min(stems.Count, best.Sentence.Stems.Count)
            ? best.Sentence
            : null;
    }

    private static (int Start, int End) SentenceBefore(string answer, int from, int to)
    {
        var reader = new SentenceReader(answer.AsSpan(from, to - from));
        var (start, end) = (from, to);
        while (reader.Read())
        {
            (start, end) = (from + reader.Start, from + reader.End);
        }

        return (start, end);
    }

    [GeneratedRegex(@"(\s?\[\d{1,3}(,\s?\d{1,3})*\])+")]
    private static partial Regex Marks();

    [GeneratedRegex(@"\d{1,3}")]
    private static partial Regex Number();
}
