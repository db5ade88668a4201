using System.Collections.Concurrent;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// Rows that filters let through, kept while the index does not change: a filter over a hundred thousand rows costs the database
/// far more than a search, and the same few filters come again and again.
/// </summary>
internal sealed class FilteredRows
{
    private const int Most = 64;

    private readonly ConcurrentDictionary<string, RowSet> _sets = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _order = new();

    public long Bytes => _sets.Values.Sum(set => set.Bytes);

    public RowSet? Find(string filter) => _sets.GetValueOrDefault(filter);

    public void Keep(string filter, RowSet rows)
    {
        if (!_sets.TryAdd(filter, rows))
        {
            return;
        }

        _order.Enqueue(filter);
        while (_sets.Count > Most && _order.TryDequeue(out var oldest))
        {
            _sets.TryRemove(oldest, out _);
        }
    }

    public void Clear()
    {
        _sets.Clear();
        _order.Clear();
    }
}
