using System.Buffers;
using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Search;

/// <summary>
/// BM25 over one or several groups' indexes at once. Counts and the average length are taken over all live rows of those
/// groups, before the filter: a row's score does not change with the filter it is found under.
/// </summary>
internal sealed class KeywordSearch
{
    private readonly IReadOnlyList<KeywordIndex> _indexes;
    private readonly List<(string Term, double Weight)> _weights = [];
    private readonly double _averageLength;

    public KeywordSearch(string query, IReadOnlyList<KeywordIndex> indexes)
    {
        _indexes = indexes;
        var rows = indexes.Sum(index => index.Rows);
        _averageLength = rows == 0 ? 0 : (double)indexes.Sum(index => index.TotalLength) / rows;
        foreach (var (term, count) in TermCount.Of(CollectionsMarshal.AsSpan(TextAnalyzer.Terms(query))))
        {
            var rowsWithTerm = indexes.Sum(index => index.RowsWith(term));
            if (rowsWithTerm > 0)
            {
                _weights.Add((term, count * Bm25.Idf(rows, rowsWithTerm)));
            }
        }
    }

    /// <summary>The best rows of one of the indexes; rows that share no word with the query are not among them.</summary>
    public ScoredRow[] Best(int index, int k, RowSet? filter)
    {
        var source = _indexes[index];
        var scores = ArrayPool<double>.Shared.Rent(source.Capacity);
        try
        {
            Array.Clear(scores, 0, source.Capacity);
            foreach (var (term, weight) in _weights)
            {
                source.Score(term, weight, _averageLength, scores);
            }

            var top = new TopRows(k);
            for (var row = 0; row < source.Capacity; row++)
            {
                if (scores[row] > 0 && scores[row] >= top.Floor && source.IsLive(row) && (filter is null || filter.Contains(row)))
                {
                    top.Offer(row, scores[row]);
                }
            }

            return top.Take();
        }
        finally
        {
            ArrayPool<double>.Shared.Return(scores);
        }
    }
}
