using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Answers;

/// <summary>A sentence of a source and the stems in it.</summary>
internal sealed record SourceSentence(int Source, int Start, int End, IReadOnlySet<string> Stems)
{
    // Shorter is a heading or a remnant, longer a list or a table that no full stop ended.
    private const int FewestStems = 3;
    private const int MostCharacters = 600;

    public static List<SourceSentence> Of(IReadOnlyList<AnswerSource> sources)
    {
        var sentences = new List<SourceSentence>();
        for (var source = 0; source < sources.Count; source++)
        {
            var reader = new SentenceReader(sources[source].Text);
            while (reader.Read())
            {
                var stems = TextAnalyzer.Terms(sources[source].Text.AsSpan(reader.Start, reader.End - reader.Start))
                    .Select(term => term.Text)
                    .ToHashSet(StringComparer.Ordinal);
                if (stems.Count >= FewestStems && reader.End - reader.Start <= MostCharacters)
                {
                    sentences.Add(new SourceSentence(source, reader.Start, reader.End, stems));
                }
            }
        }

        return sentences;
    }

    /// <summary>Says much the same: most stems of the shorter are in the other.</summary>
    public bool Repeats(SourceSentence other)
    {
        var shared = Stems.Count(other.Stems.Contains);
        return shared >= 0.8 * Math.Min(Stems.Count, other.Stems.Count);
    }
}
