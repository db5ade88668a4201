using System.Numerics;

namespace OnePlatform.Knowledge.Search;

/// <summary>Row numbers as a bitmap: which rows live, which rows a filter lets through.</summary>
internal sealed class RowSet
{
    private ulong[] _words;

    public RowSet(int capacity = 0) => _words = new ulong[(capacity + 63) / 64];

    public long Bytes => _words.Length * sizeof(ulong);

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
            {
                count += BitOperations.PopCount(word);
            }

            return count;
        }
    }

    public bool Contains(int row) => row >> 6 < _words.Length && (_words[row >> 6] & (1UL << row)) != 0;

    public void Add(int row)
    {
        if (row >> 6 >= _words.Length)
        {
            Array.Resize(ref _words, Math.Max((row >> 6) + 1, _words.Length * 2));
        }

        _words[row >> 6] |= 1UL << row;
    }

    public void Remove(int row)
    {
        if (row >> 6 < _words.Length)
        {
            _words[row >> 6] &= ~(1UL << row);
        }
    }

    public RowSet And(RowSet other)
    {
        var both = new RowSet();
        both._words = new ulong[Math.Min(_words.Length, other._words.Length)];
        for (var i = 0; i < both._words.Length; i++)
        {
            both._words[i] = _words[i] & other._words[i];
        }

        return both;
    }

    public RowSet Or(RowSet other)
    {
        var either = new RowSet();
        either._words = new ulong[Math.Max(_words.Length, other._words.Length)];
        for (var i = 0; i < either._words.Length; i++)
        {
            either._words[i] = Word(i) | other.Word(i);
        }

        return either;
    }

    /// <summary>Sixty-four rows at once, from row 64 × <paramref name="index"/>.</summary>
    public ulong Word(int index) => index < _words.Length ? _words[index] : 0;
}
