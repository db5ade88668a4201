using System.Numerics;
using System.Numerics.Tensors;

namespace OnePlatform.Knowledge.Search;

/// <param name="Filter">Rows that may be found; null for all.</param>
internal readonly record struct VectorSearch(QueryVector Query, int K, RowSet? Filter);

/// <summary>
/// The vectors of one model in one group, a byte a component, in blocks. A search looks at every row the filter lets
/// through, keeps those whose score could reach the top k within the known rounding error, and scores these again from the
/// true vectors: the answer is that of brute force. Not for use by two threads while one of them writes.
/// </summary>
internal sealed class VectorIndex(int dimensions)
{
    private const int BlockRows = 512;

    // Of 64 rows: where a filter lets more through, reading all of them in order is quicker than leaping from one to the next.
    private const int Dense = 24;

    private readonly List<Block> _blocks = [];
    private readonly RowSet _live = new();

    public int Dimensions { get; } = dimensions;

    public long Bytes { get; private set; }

    /// <summary>Rows are numbered by the caller; a number is never used twice. Other row numbers may stay empty.</summary>
    public void Add(int row, ReadOnlySpan<float> vector)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(vector.Length, Dimensions);
        while (_blocks.Count <= row / BlockRows)
        {
            _blocks.Add(new Block(Dimensions));
            Bytes += BlockRows * (Dimensions + (3 * sizeof(float)));
        }

        var block = _blocks[row / BlockRows];
        var place = row % BlockRows;
        (block.Steps[place], block.Errors[place]) = CompactVector.Encode(vector, block.Whole.AsSpan(place * Dimensions, Dimensions));
        block.Norms[place] = MathF.Sqrt(TensorPrimitives.SumOfSquares(vector));
        if (block.Errors[place] > 0)
        {
            block.Exact ??= new float[BlockRows][];
            block.Exact[place] = vector.ToArray();
            Bytes += Dimensions * sizeof(float);
        }

        _live.Add(row);
    }

    public void Remove(int row) => _live.Remove(row);

    public bool Contains(int row) => _live.Contains(row);

    /// <summary>The vector as it was added.</summary>
    public float[]? Find(int row) => _live.Contains(row) ? Vector(row) : null;

    /// <summary>The rows with the greatest inner product, which for unit vectors is the cosine.</summary>
    public ScoredRow[] Best(QueryVector query, int k, RowSet? filter) => Best([new VectorSearch(query, k, filter)])[0];

    /// <summary>The same for several searches in one scan: what a scan costs is mostly reading the rows.</summary>
    public ScoredRow[][] Best(VectorSearch[] searches)
    {
        foreach (var search in searches)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(search.Query.Exact.Length, Dimensions);
        }

        var candidates = searches.Select(search => new Candidates(search.K)).ToArray();
        var queries = searches.Select(search => search.Query.Whole).ToArray();
        for (var number = 0; number < _blocks.Count; number++)
        {
            Scan(number, searches, queries, candidates);
        }

        return [.. searches.Zip(candidates, TakeBest)];
    }

    private ScoredRow[] TakeBest(VectorSearch search, Candidates candidates)
    {
        var best = new TopRows(search.K);
        foreach (var row in candidates.Rows())
        {
            best.Offer(row, TensorPrimitives.Dot<float>(search.Query.Exact, Vector(row)));
        }

        return best.Take();
    }

    private void Scan(int number, VectorSearch[] searches, short[][] queries, Candidates[] candidates)
    {
        var block = _blocks[number];
        Span<ulong> allowed = stackalloc ulong[searches.Length];
        Span<int> products = stackalloc int[searches.Length];
        Span<Cut> cuts = stackalloc Cut[searches.Length];
        for (var i = 0; i < cuts.Length; i++)
        {
            cuts[i] = new Cut(searches[i].Query, candidates[i].Floor);
        }

        for (var word = 0; word < BlockRows / 64; word++)
        {
            var first = (number * BlockRows) + (word * 64);
            var rows = 0UL;
            for (var i = 0; i < allowed.Length; i++)
            {
                allowed[i] = _live.Word(first / 64) & (searches[i].Filter?.Word(first / 64) ?? ulong.MaxValue);
                rows |= allowed[i];
            }

            if (BitOperations.PopCount(rows) >= Dense)
            {
                rows = _live.Word(first / 64);
            }

            for (; rows != 0; rows &= rows - 1)
            {
                var bit = BitOperations.TrailingZeroCount(rows);
                var place = (word * 64) + bit;
                WholeDot.Of(block.Whole.AsSpan(place * Dimensions, Dimensions), queries, products);
                var (step, error, norm) = (block.Steps[place], block.Errors[place], block.Norms[place]);
                for (var i = 0; i < cuts.Length; i++)
                {
                    ref var cut = ref cuts[i];
                    var (score, bound) = (products[i] * cut.Step * step, cut.Bound(error, norm));
                    // Nearly every row ends here, so this is all that is done for it.
                    if (score + bound >= cut.Floor && (allowed[i] & (1UL << bit)) != 0)
                    {
                        candidates[i].Offer(first + bit, score, bound);
                        cut.Floor = candidates[i].Floor;
                    }
                }
            }
        }
    }

    private float[] Vector(int row)
    {
        var block = _blocks[row / BlockRows];
        var place = row % BlockRows;
        if (block.Exact?[place] is { } exact)
        {
            return exact;
        }

        var vector = new float[Dimensions];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = block.Whole[(place * Dimensions) + i] * block.Steps[place];
        }

        return vector;
    }

    /// <summary>What of a search decides about a row, side by side.</summary>
    private struct Cut(QueryVector query, double floor)
    {
        public readonly double Step = query.Step;

        /// <summary>Of the rows there are k that score more.</summary>
        public double Floor = floor;

        private readonly double _error = query.Error;
        private readonly double _most = query.Norm + query.Error;

        // |q·v - q'·v'| <= |q - q'| |v| + |q'| |v - v'|, and |v'| <= |v| + |v - v'|.
        public readonly double Bound(float error, float norm) => (_error * (norm + error)) + (_most * error);
    }

    private sealed class Block(int dimensions)
    {
        public readonly sbyte[] Whole = new sbyte[BlockRows * dimensions];
        public readonly float[] Steps = new float[BlockRows];
        public readonly float[] Errors = new float[BlockRows];
        public readonly float[] Norms = new float[BlockRows];
        public float[]?[]? Exact;
    }
}
