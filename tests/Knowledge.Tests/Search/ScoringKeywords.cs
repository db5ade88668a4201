using System.Runtime.InteropServices;
using CsCheck;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Search;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Search;

public sealed class ScoringKeywords
{
    private static readonly Gen<string> s_text =
        Gen.OneOf("wing", "lift", "drag", "plate", "shock", "wave", "heat", "flow").Array[0, 12].Select(words => string.Join(' ', words));

    [Fact]
    public void Scores_equal_the_formula_worked_out_the_long_way() =>
        Gen.Select(s_text.Array[1, 40], s_text).Sample((texts, query) =>
        {
            var found = Search(query, [IndexOf(texts)], 0, null);
            var expected = Reference(query, texts);

            Assert.Equal(expected.Count(score => score > 0), found.Length);
            Assert.All(found, row => Assert.Equal(expected[row.Row], row.Score, 1e-9));
            Assert.Equal(found.OrderByDescending(row => row.Score).ThenBy(row => row.Row), found);
        });

    [Fact]
    public void Removed_rows_count_for_nothing() =>
        Gen.Select(s_text.Array[1, 30], s_text, Gen.Int[0, 1 << 30]).Sample((texts, query, removed) =>
        {
            var index = IndexOf(texts);
            var kept = new List<int>();
            for (var row = 0; row < texts.Length; row++)
            {
                if ((removed & (1 << row)) == 0)
                {
                    kept.Add(row);
                }
                else
                {
                    index.Remove(row);
                    index.Remove(row);
                }
            }

            var expected = Reference(query, [.. kept.Select(row => texts[row])]);
            var found = Search(query, [index], 0, null);
            Assert.Equal(expected.Count(score => score > 0), found.Length);
            Assert.All(found, row => Assert.Equal(expected[kept.IndexOf(row.Row)], row.Score, 1e-9));
        });

    [Fact]
    public void Several_indexes_score_as_one_and_a_filter_does_not_change_scores() =>
        Gen.Select(s_text.Array[1, 20], s_text.Array[1, 20], s_text, Gen.ULong).Sample((first, second, query, mask) =>
        {
            var filter = new RowSet();
            for (var row = 0; row < second.Length; row++)
            {
                if ((mask & (1UL << row)) != 0)
                {
                    filter.Add(row);
                }
            }

            var expected = Reference(query, [.. first, .. second]);
            var found = Search(query, [IndexOf(first), IndexOf(second)], 1, filter);
            Assert.All(found, row => Assert.Equal(expected[first.Length + row.Row], row.Score, 1e-9));
            Assert.Equal(Enumerable.Range(0, second.Length).Count(row => filter.Contains(row) && expected[first.Length + row] > 0), found.Length);
        });

    private static ScoredRow[] Search(string query, KeywordIndex[] indexes, int of, RowSet? filter) =>
        new KeywordSearch(query, indexes).Best(of, 1000, filter);

    private static KeywordIndex IndexOf(string[] texts)
    {
        var index = new KeywordIndex();
        for (var row = 0; row < texts.Length; row++)
        {
            index.Add(row, TermCount.Of(CollectionsMarshal.AsSpan(TextAnalyzer.Terms(texts[row]))));
        }

        return index;
    }

    private static double[] Reference(string query, string[] texts)
    {
        const double k1 = 1.2, b = 0.75;
        var documents = texts.Select(text => TextAnalyzer.Terms(text).Select(term => term.Text).ToList()).ToList();
        var average = documents.Count == 0 ? 0 : documents.Average(document => document.Count);
        return [.. documents.Select(document => TextAnalyzer.Terms(query).Sum(term =>
        {
            double frequency = document.Count(word => word == term.Text);
            var containing = documents.Count(other => other.Contains(term.Text));
            var idf = Math.Log(1 + ((documents.Count - containing + 0.5) / (containing + 0.5)));
            return frequency == 0 ? 0 : idf * frequency / (frequency + (k1 * (1 - b + (b * document.Count / average))));
        }))];
    }
}
