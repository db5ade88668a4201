using System.Numerics;
using System.Numerics.Tensors;

namespace OnePlatform.Knowledge.Search;

/// <summary>
/// The vectors of one model in one group, a byte a component, in blocks. A search looks at every row the filter lets
/// through, keeps those whose score could reach the top k within the known rounding error, and scores these again from the
/// true vectors: the answer is that of brute force. Not for use by two threads while one of them writes.
/// </summary>
internal sealed class VectorIndex(int dimensions)
{
    private const int BlockRows = 512;

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
    public ScoredRow[] Best(QueryVector query, int k, RowSet? filter)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(query.Exact.Length, Dimensions);
        var candidates = new Candidates(k);
        for (var number = 0; number < _blocks.Count; number++)
        {
            Scan(number, query, filter, candidates);
        }

        var best = new TopRows(k);
        foreach (var row in candidates.Rows())
        {
            best.Offer(row, TensorPrimitives.Dot<float>(query.Exact, Vector(row)));
        }

        return best.Take();
    }

    private void Scan(int number, QueryVector query, RowSet? filter, Candidates candidates)
    {
        var block = _blocks[number];
        for (var word = 0; word < BlockRows / 64; word++)
        {
            var first = (number * BlockRows) + (word * 64);
            var rows = _live.Word(first / 64) & (filter?.Word(first / 64) ?? ulong.MaxValue);
            for (; rows != 0; rows &= rows - 1)
            {
                var bit = BitOperations.TrailingZeroCount(rows);
                var place = (word * 64) + bit;
                var product = WholeDot.Of(block.Whole.AsSpan(place * Dimensions, Dimensions), query.Whole);
                var score = product * query.Step * block.Steps[place];

                // |q·v - q'·v'| <= |q - q'| |v| + |q'| |v - v'|, and |v'| <= |v| + |v - v'|.
                var error = block.Errors[place];
                var bound = (query.Error * (block.Norms[place] + error)) + ((query.Norm + query.Error) * error);
                candidates.Offer(first + bit, score, bound);
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

    private sealed class Block(int dimensions)
    {
        public readonly sbyte[] Whole = new sbyte[BlockRows * dimensions];
        public readonly float[] Steps = new float[BlockRows];
        public readonly float[] Errors = new float[BlockRows];
        public readonly float[] Norms = new float[BlockRows];
        public float[]?[]? Exact;
    }
}
