namespace OnePlatform.Knowledge.Search;

/// <summary>Rows that may be among the best k when each score is known only within a bound.</summary>
internal sealed class Candidates(int k)
{
    private const int PruneAt = 4096;

    private readonly PriorityQueue<int, double> _lowest = new(k + 1);
    private readonly List<(int Row, double Highest)> _rows = [];
    private int _pruneAt = PruneAt;

    /// <summary>What scores less for certain is not among the best.</summary>
    public double Floor { get; private set; } = k > 0 ? double.NegativeInfinity : double.PositiveInfinity;

    public void Offer(int row, double score, double bound)
    {
        if (score + bound < Floor)
        {
            return;
        }

        _rows.Add((row, score + bound));
        if (_lowest.Count < k)
        {
            _lowest.Enqueue(row, score - bound);
        }
        else
        {
            _lowest.EnqueueDequeue(row, score - bound);
        }

        if (_lowest.Count == k && _lowest.TryPeek(out _, out var floor))
        {
            Floor = floor;
        }

        if (_rows.Count >= _pruneAt)
        {
            _rows.RemoveAll(candidate => candidate.Highest < Floor);
            _pruneAt = Math.Max(PruneAt, 2 * _rows.Count);
        }
    }

    public IEnumerable<int> Rows() => _rows.Where(candidate => candidate.Highest >= Floor).Select(candidate => candidate.Row);
}
