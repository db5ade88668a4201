namespace OnePlatform.Knowledge.Search;

/// <summary>Rows that hold one term, ascending, with how often.</summary>
internal sealed class PostingList
{
    /// <summary>Bytes of an empty list and its place in the dictionary, for the memory account.</summary>
    public const int Overhead = 160;

    private int[] _rows = [];
    private ushort[] _counts = [];

    public int Count { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(0, Count);

    public ReadOnlySpan<ushort> Counts => _counts.AsSpan(0, Count);

    /// <summary>Answers by how many bytes the list grew.</summary>
    public int Add(int row, int count)
    {
        var grown = 0;
        if (Count == _rows.Length)
        {
            var capacity = Math.Max(2, Count + (Count / 2));
            grown = (capacity - Count) * (sizeof(int) + sizeof(ushort));
            Array.Resize(ref _rows, capacity);
            Array.Resize(ref _counts, capacity);
        }

        _rows[Count] = row;
        _counts[Count++] = (ushort)Math.Min(count, ushort.MaxValue);
        return grown;
    }

    public long CountIn(RowSet live)
    {
        var count = 0L;
        foreach (var row in Rows)
        {
            count += live.Contains(row) ? 1 : 0;
        }

        return count;
    }
}
