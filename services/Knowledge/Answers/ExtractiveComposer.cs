using System.Text;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Knowledge.Answers;

/// <summary>
/// Answers without a language model: the sentences that together cover most of the question's words, rare words counting
/// more, in the order of their sources. It cannot reason, join facts or say "no"; it can only show what the sources say.
/// </summary>
internal static class ExtractiveComposer
{
    private const int MostSentences = 5;

    // A word of the question that an earlier sentence already has is worth this much in the next.
    private const double Repeated = 0.4;

    // What each further source loses for standing lower in the search result.
    private const double SourceDiscount = 0.12;

    // A sentence that adds less than this part of the first one's worth is filler.
    private const double LeastShare = 0.3;

    public static ExtractiveAnswer Compose(string question, IReadOnlyList<AnswerSource> sources)
    {
        var sentences = SourceSentence.Of(sources);
        var weights = WeightsOf(question, sentences);
        var chosen = new List<SourceSentence>();
        var floor = 0.0;
        while (chosen.Count < MostSentences && Next(sentences, weights, chosen) is { } next && next.Worth > floor)
        {
            floor = chosen.Count == 0 ? LeastShare * next.Worth : floor;
            chosen.Add(next.Sentence);
        }

        return Write(sources, chosen);
    }

    private static Dictionary<string, double> WeightsOf(string question, List<SourceSentence> sentences) =>
        TextAnalyzer.Terms(question)
            .Select(term => term.Text)
            .Distinct(StringComparer.Ordinal)
            .Select(stem => (Stem: stem, Count: sentences.Count(sentence => sentence.Stems.Contains(stem))))
            .Where(word => word.Count > 0)
            .ToDictionary(word => word.Stem, word => Bm25.Idf(sentences.Count, word.Count), StringComparer.Ordinal);

    private static (SourceSentence Sentence, double Worth)? Next(
        List<SourceSentence> sentences, Dictionary<string, double> weights, List<SourceSentence> chosen)
    {
        (SourceSentence, double Worth)? best = null;
        foreach (var sentence in sentences)
        {
            if (chosen.Any(sentence.Repeats))
            {
                continue;
            }

            var worth = weights
                .Where(word => sentence.Stems.Contains(word.Key))
                .Sum(word => chosen.Any(earlier => earlier.Stems.Contains(word.Key)) ? Repeated * word.Value : word.Value);

            // Long sentences hold more words by chance.
            worth /= (1 + (SourceDiscount * sentence.Source)) * Math.Sqrt(1 + (sentence.Stems.Count / 20.0));
            if (worth > (best?.Worth ?? 0))
            {
                best = (sentence, worth);
            }
        }

        return best;
    }

    private static ExtractiveAnswer Write(IReadOnlyList<AnswerSource> sources, List<SourceSentence> chosen)
    {
        var text = new StringBuilder();
        var citations = new List<Citation>();
        foreach (var sentence in chosen.OrderBy(sentence => sentence.Source).ThenBy(sentence => sentence.Start))
        {
            if (text.Length > 0)
            {
                text.Append(' ');
            }

            var source = sources[sentence.Source];
            var start = text.Length;

            // A line's end within a sentence becomes a space: same length, so the citation's two stretches stay equal.
            text.Append(source.Text.AsSpan(sentence.Start, sentence.End - sentence.Start)).Replace('\n', ' ', start, text.Length - start)
                .Replace('\r', ' ', start, text.Length - start);
            citations.Add(new Citation(start, text.Length, source.Id, sentence.Start, sentence.End));
        }

        return new ExtractiveAnswer(text.ToString(), citations);
    }
}
