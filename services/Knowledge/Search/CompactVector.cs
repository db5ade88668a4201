using System.Numerics.Tensors;
using OnePlatform.Knowledge.Embedding;

namespace OnePlatform.Knowledge.Search;

/// <summary>
/// A vector as a byte a component and a step, and how far that is from the vector itself (Euclidean): zero for vectors of
/// the unit grid. The error makes a scan over the bytes exact: it bounds what the true score can be.
/// </summary>
internal static class CompactVector
{
    /// <summary>Fills <paramref name="whole"/>; answers the step and the error.</summary>
    public static (float Step, float Error) Encode(ReadOnlySpan<float> vector, Span<sbyte> whole)
    {
        var largest = MathF.Abs(TensorPrimitives.MaxMagnitude(vector));
        if (largest == 0)
        {
            whole.Clear();
            return (0, 0);
        }

        Span<float> rounded = vector.Length <= 4096 ? stackalloc float[vector.Length] : new float[vector.Length];
        for (var i = 0; i < vector.Length; i++)
        {
            rounded[i] = MathF.Round(vector[i] / largest * UnitGrid.Steps);
            whole[i] = (sbyte)rounded[i];
        }

        var onGrid = UnitGrid.StepOf(rounded);
        if (Error(vector, rounded, onGrid) == 0)
        {
            return (onGrid, 0);
        }

        var step = largest / UnitGrid.Steps;
        // Rounded up, for the bound must hold.
        return (step, MathF.BitIncrement(Error(vector, rounded, step) * 1.0001f));
    }

    private static float Error(ReadOnlySpan<float> vector, ReadOnlySpan<float> rounded, float step)
    {
        var sum = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            var difference = (double)vector[i] - (rounded[i] * step);
            sum += difference * difference;
        }

        return (float)Math.Sqrt(sum);
    }
}
