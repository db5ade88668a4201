namespace OnePlatform.Knowledge.Search;

internal readonly record struct ScoredRow(int Row, double Score);

/// <summary>The best k of the rows offered; equal scores go to the lower row, so an answer never depends on the order of a scan.</summary>
internal sealed class TopRows(int k)
{
    private readonly PriorityQueue<ScoredRow, ScoredRow> _worstFirst = new(k + 1, Comparer<ScoredRow>.Create(
        static (a, b) => a.Score != b.Score ? a.Score.CompareTo(b.Score) : b.Row.CompareTo(a.Row)));

    /// <summary>A score below this cannot enter.</summary>
    public double Floor { get; private set; } = k > 0 ? double.NegativeInfinity : double.PositiveInfinity;

    public void Offer(int row, double score)
    {
        if (score < Floor)
        {
            return;
        }

        var candidate = new ScoredRow(row, score);
        _worstFirst.Enqueue(candidate, candidate);
        if (_worstFirst.Count > k)
        {
            _worstFirst.Dequeue();
        }

        if (_worstFirst.Count == k)
        {
            Floor = _worstFirst.Peek().Score;
        }
    }

    /// <summary>Best first. Empties the collection.</summary>
    public ScoredRow[] Take()
    {
        var rows = new ScoredRow[_worstFirst.Count];
        for (var i = rows.Length - 1; i >= 0; i--)
        {
            rows[i] = _worstFirst.Dequeue();
        }

        return rows;
    }
}
