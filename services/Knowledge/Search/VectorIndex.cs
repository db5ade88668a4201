using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

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

    // As many as a RowSet has in a word.
    private const int WordRows = 64;

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
        var products = new int[searches.Length * WordRows];
        for (var number = 0; number < _blocks.Count; number++)
        {
            Scan(number, searches, queries, candidates, products);
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

    private void Scan(int number, VectorSearch[] searches, short[][] queries, Candidates[] candidates, Span<int> products)
    {
        var block = _blocks[number];
        Span<ulong> allowed = stackalloc ulong[searches.Length];
        for (var place = 0; place < BlockRows; place += WordRows)
        {
            var first = (number * BlockRows) + place;
            var live = _live.Word(first / WordRows);
            var rows = 0UL;
            for (var i = 0; i < allowed.Length; i++)
            {
                allowed[i] = live & (searches[i].Filter?.Word(first / WordRows) ?? ulong.MaxValue);
                rows |= allowed[i];
            }

            if (BitOperations.PopCount(rows) >= Dense)
            {
                WholeDot.Of(block.Whole.AsSpan(place * Dimensions, WordRows * Dimensions), queries, products, WordRows);
            }
            else
            {
                for (var left = rows; left != 0; left &= left - 1)
                {
                    var bit = BitOperations.TrailingZeroCount(left);
                    WholeDot.Of(block.Whole.AsSpan((place + bit) * Dimensions, Dimensions), queries, products[bit..], WordRows);
                }
            }

            for (var i = 0; i < allowed.Length && rows != 0; i++)
            {
                Offer(searches[i].Query, products.Slice(i * WordRows, WordRows), block, place, first, allowed[i], candidates[i]);
            }
        }
    }

    private static void Offer(QueryVector query, ReadOnlySpan<int> products, Block block, int place, int first, ulong allowed, Candidates candidates)
    {
        var cut = new Cut(query);
        for (var rows = allowed & cut.Reaching(candidates.Floor, products, block, place); rows != 0; rows &= rows - 1)
        {
            var bit = BitOperations.TrailingZeroCount(rows);
            candidates.Offer(
                first + bit, products[bit] * query.Step * block.Steps[place + bit], cut.Bound(block.Errors[place + bit], block.Norms[place + bit]));
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

    /// <summary>Which rows can be among the best, by what is known of them.</summary>
    private readonly struct Cut(QueryVector query)
    {
        // Of single-precision arithmetic, many times over: too many rows may reach the floor, but none that does is missed.
        private const float Slack = 1e-6f;

        private readonly double _error = query.Error;
        private readonly double _most = query.Norm + query.Error;

        // |q·v - q'·v'| <= |q - q'| |v| + |q'| |v - v'|, and |v'| <= |v| + |v - v'|.
        public readonly double Bound(float error, float norm) => (_error * (norm + error)) + (_most * error);

        /// <summary>The rows of a word whose score can be as high as the floor; nearly every row ends here.</summary>
        public readonly ulong Reaching(double floor, ReadOnlySpan<int> products, Block block, int place)
        {
            var (step, queryError, most) = ((float)query.Step, (float)_error, (float)_most);
            var least = Vector256.Create(MathF.BitDecrement((float)floor));
            var reaching = 0UL;
            for (var i = 0; i < WordRows; i += Vector256<float>.Count)
            {
                var score = Vector256.ConvertToSingle(Vector256.Create(products[i..])) * step * Vector256.Create(block.Steps.AsSpan(place + i));
                var error = Vector256.Create(block.Errors.AsSpan(place + i));
                var bound = ((Vector256.Create(block.Norms.AsSpan(place + i)) + error) * queryError) + (error * most);
                var highest = score + bound + ((Vector256.Abs(score) + bound) * Slack);
                reaching |= (ulong)Vector256.GreaterThanOrEqual(highest, least).ExtractMostSignificantBits() << i;
            }

            return reaching;
        }
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
