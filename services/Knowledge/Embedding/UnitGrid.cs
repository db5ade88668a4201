using System.Numerics.Tensors;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>
/// Unit vectors whose components are whole numbers from -127 to 127 times one step: a byte a component stores them
/// without loss, so the local embedder's vectors are searched exactly in a quarter of the memory.
/// </summary>
internal static class UnitGrid
{
    public const int Steps = 127;

    /// <summary>The nearest direction on the grid, as a unit vector; the zero vector stays zero.</summary>
    public static float[] Snap(ReadOnlySpan<float> vector)
    {
        var snapped = new float[vector.Length];
        var largest = TensorPrimitives.MaxMagnitude(vector);
        if (largest == 0 || !float.IsFinite(largest))
        {
            return snapped;
        }

        for (var i = 0; i < vector.Length; i++)
        {
            snapped[i] = MathF.Round(vector[i] / MathF.Abs(largest) * Steps);
        }

        var step = StepOf(snapped);
        for (var i = 0; i < snapped.Length; i++)
        {
            snapped[i] *= step;
        }

        return snapped;
    }

    /// <summary>The step that makes these whole numbers a unit vector.</summary>
    public static float StepOf(ReadOnlySpan<float> whole) =>
        whole.ContainsAnyExcept(0f) ? (float)(1 / Math.Sqrt(TensorPrimitives.SumOfSquares(whole))) : 0;
}
