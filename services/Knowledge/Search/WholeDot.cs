using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OnePlatform.Knowledge.Search;

/// <summary>The inner loop of vector search: the exact whole-number product of a stored row and a query.</summary>
internal static class WholeDot
{
    public static int Of(ReadOnlySpan<sbyte> row, ReadOnlySpan<short> query)
    {
        ref var rows = ref MemoryMarshal.GetReference(row);
        ref var queries = ref MemoryMarshal.GetReference(query[..row.Length]);
        var sum = 0;
        var i = 0;
        if (Avx512BW.IsSupported)
        {
            var sums = Vector512<int>.Zero;
            for (; i <= row.Length - Vector512<short>.Count; i += Vector512<short>.Count)
            {
                var wide = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref rows, (nuint)i));
                sums += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref queries, (nuint)i));
            }

            sum = Vector512.Sum(sums);
        }
        else if (Avx2.IsSupported)
        {
            var sums = Vector256<int>.Zero;
            for (; i <= row.Length - Vector256<short>.Count; i += Vector256<short>.Count)
            {
                var wide = Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref rows, (nuint)i));
                sums += Avx2.MultiplyAddAdjacent(wide, Vector256.LoadUnsafe(ref queries, (nuint)i));
            }

            sum = Vector256.Sum(sums);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            sum = Portable(ref rows, ref queries, row.Length, ref i);
        }

        for (; i < row.Length; i++)
        {
            sum += row[i] * query[i];
        }

        return sum;
    }

    /// <summary>One row with several queries, of which four at a time cost it one reading.</summary>
    public static void Of(ReadOnlySpan<sbyte> row, ReadOnlySpan<short[]> queries, Span<int> products)
    {
        var done = 0;
        for (; Avx512BW.IsSupported && row.Length % Vector512<short>.Count == 0 && done <= queries.Length - 4; done += 4)
        {
            OfFour(row, queries[done..], products[done..]);
        }

        for (; done < queries.Length; done++)
        {
            products[done] = Of(row, queries[done]);
        }
    }

    private static void OfFour(ReadOnlySpan<sbyte> row, ReadOnlySpan<short[]> queries, Span<int> products)
    {
        ref var rows = ref MemoryMarshal.GetReference(row);
        ref var first = ref MemoryMarshal.GetReference(queries[0].AsSpan(0, row.Length));
        ref var second = ref MemoryMarshal.GetReference(queries[1].AsSpan(0, row.Length));
        ref var third = ref MemoryMarshal.GetReference(queries[2].AsSpan(0, row.Length));
        ref var fourth = ref MemoryMarshal.GetReference(queries[3].AsSpan(0, row.Length));
        var (a, b, c, d) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        for (nuint i = 0; i < (nuint)row.Length; i += (nuint)Vector512<short>.Count)
        {
            var wide = Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref rows, i));
            a += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref first, i));
            b += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref second, i));
            c += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref third, i));
            d += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref fourth, i));
        }

        SumEach(a, b, c, d).CopyTo(products);
    }

    // Four sums in half the steps of four times one.
    private static Vector128<int> SumEach(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d)
    {
        var both = Avx2.HorizontalAdd(Avx2.HorizontalAdd(Halves(a), Halves(b)), Avx2.HorizontalAdd(Halves(c), Halves(d)));
        return both.GetLower() + both.GetUpper();
    }

    private static Vector256<int> Halves(Vector512<int> whole) => whole.GetLower() + whole.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Portable(ref sbyte rows, ref short queries, int length, ref int i)
    {
        var sums = Vector128<int>.Zero;
        for (; i <= length - Vector128<sbyte>.Count; i += Vector128<sbyte>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref rows, (nuint)i));
            sums += Products(low, Vector128.LoadUnsafe(ref queries, (nuint)i));
            sums += Products(high, Vector128.LoadUnsafe(ref queries, (nuint)(i + Vector128<short>.Count)));
        }

        return Vector128.Sum(sums);
    }

    private static Vector128<int> Products(Vector128<short> left, Vector128<short> right)
    {
        var (leftLow, leftHigh) = Vector128.Widen(left);
        var (rightLow, rightHigh) = Vector128.Widen(right);
        return (leftLow * rightLow) + (leftHigh * rightHigh);
    }
}
