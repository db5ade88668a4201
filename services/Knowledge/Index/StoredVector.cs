using System.Buffers.Binary;
using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// A vector as bytes: a mark, then either a step and a byte a component, where that loses nothing, or 32-bit floats.
/// </summary>
internal static class StoredVector
{
    private const byte OnGrid = 1;
    private const byte Floats = 2;
    private const int GridHeader = 1 + sizeof(float);

    public static byte[] Encode(ReadOnlySpan<float> vector)
    {
        var whole = new sbyte[vector.Length];
        var (step, error) = CompactVector.Encode(vector, whole);
        if (error == 0)
        {
            var compact = new byte[GridHeader + vector.Length];
            compact[0] = OnGrid;
            BinaryPrimitives.WriteSingleLittleEndian(compact.AsSpan(1), step);
            MemoryMarshal.AsBytes(whole.AsSpan()).CopyTo(compact.AsSpan(GridHeader));
            return compact;
        }

        var full = new byte[1 + (vector.Length * sizeof(float))];
        full[0] = Floats;
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(full.AsSpan(1 + (i * sizeof(float))), vector[i]);
        }

        return full;
    }

    public static float[] Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes[0] == OnGrid)
        {
            var step = BinaryPrimitives.ReadSingleLittleEndian(bytes[1..]);
            var whole = MemoryMarshal.Cast<byte, sbyte>(bytes[GridHeader..]);
            var compact = new float[whole.Length];
            for (var i = 0; i < compact.Length; i++)
            {
                compact[i] = whole[i] * step;
            }

            return compact;
        }

        var vector = new float[(bytes.Length - 1) / sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(1 + (i * sizeof(float)))..]);
        }

        return vector;
    }
}
