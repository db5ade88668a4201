using System.Numerics.Tensors;

namespace OnePlatform.Knowledge.Search;

/// <summary>A query in 16-bit steps for the scan, and as it came for the final scores.</summary>
internal sealed class QueryVector
{
    public QueryVector(ReadOnlySpan<float> vector)
    {
        Exact = vector.ToArray();
        Whole = new short[vector.Length];
        Norm = Math.Sqrt(TensorPrimitives.SumOfSquares(vector));

        // Steps are as fine as the 32-bit sums of the scan allow for this many components.
        var steps = Math.Min(short.MaxValue, int.MaxValue / (127 * Math.Max(1, vector.Length)));
        var largest = vector.IsEmpty ? 0 : MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        Step = largest / steps;
        var error = 0.0;
        for (var i = 0; i < vector.Length && largest > 0; i++)
        {
            Whole[i] = (short)Math.Clamp(Math.Round(vector[i] / (double)Step), -steps, steps);
            var difference = vector[i] - (Whole[i] * (double)Step);
            error += difference * difference;
        }

        // Slack for the float arithmetic of the final scores.
        Error = (Math.Sqrt(error) * 1.0001) + 1e-6;
    }

    public float[] Exact { get; }

    public short[] Whole { get; }

    public double Step { get; }

    public double Norm { get; }

    /// <summary>How far the steps are from the vector (Euclidean), rounded up.</summary>
    public double Error { get; }
}
