using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Search;

/// <summary>The words of the rows of one group, held in memory. Not for use by two threads while one of them writes.</summary>
internal sealed class KeywordIndex
{
    private readonly Dictionary<string, PostingList> _postings = new(StringComparer.Ordinal);
    private readonly List<int> _lengths = [];
    private readonly RowSet _live = new();

    public long Rows { get; private set; }

    public long TotalLength { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Rows are numbered by the caller, ascending; a number is never used twice.</summary>
    public void Add(int row, IEnumerable<TermCount> terms)
    {
        CollectionsMarshal.SetCount(_lengths, Math.Max(_lengths.Count, row + 1));
        var length = 0;
        foreach (var (term, count) in terms)
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_postings, term, out var known);
            list ??= new PostingList();
            Bytes += list.Add(row, count) + (known ? 0 : PostingList.Overhead + (2 * term.Length));
            length += count;
        }

        _lengths[row] = length;
        _live.Add(row);
        Rows++;
        TotalLength += length;
    }

    public void Remove(int row)
    {
        if (!_live.Contains(row))
        {
            return;
        }

        _live.Remove(row);
        Rows--;
        TotalLength -= _lengths[row];
    }

    /// <summary>How many live rows hold the term.</summary>
    public long RowsWith(string term) =>
        _postings.TryGetValue(term, out var list) ? (Rows == _lengths.Count ? list.Count : list.CountIn(_live)) : 0;

    /// <summary>Adds the BM25 score of every live row for one term to <paramref name="scores"/>, indexed by row.</summary>
    public void Score(string term, double weight, double averageLength, Span<double> scores)
    {
        if (!_postings.TryGetValue(term, out var list))
        {
            return;
        }

        var rows = list.Rows;
        var counts = list.Counts;
        for (var i = 0; i < rows.Length; i++)
        {
            var row = rows[i];
            scores[row] += weight * Bm25.Saturation(counts[i], Bm25.LengthNorm(_lengths[row], averageLength));
        }
    }

    public bool IsLive(int row) => _live.Contains(row);

    public int Capacity => _lengths.Count;
}
