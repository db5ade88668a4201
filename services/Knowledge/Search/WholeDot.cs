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

    /// <summary>Each of some rows that lie in a row with each query; the product of row r and query q goes to place <c>q × stride + r</c>.</summary>
    public static void Of(ReadOnlySpan<sbyte> rows, ReadOnlySpan<short[]> queries, Span<int> products, int stride)
    {
        var length = queries[0].Length;
        var (count, done) = (length == 0 ? 0 : rows.Length / length, 0);
        var isWide = Avx512BW.IsSupported && length % Vector512<short>.Count == 0;
        for (; isWide && done <= queries.Length - 4; done += 4)
        {
            var four = queries.Slice(done, 4);
            var row = 0;
            for (; row <= count - 2; row += 2)
            {
                TwoRows(rows.Slice(row * length, 2 * length), four, products[((done * stride) + row)..], stride);
            }

            for (; row < count; row++)
            {
                OneRow(rows.Slice(row * length, length), four, products[((done * stride) + row)..], stride);
            }
        }

        for (; isWide && done <= queries.Length - 2; done += 2)
        {
            var row = 0;
            for (; row <= count - 2; row += 2)
            {
                TwoRows(rows.Slice(row * length, 2 * length), queries[done], queries[done + 1], products[((done * stride) + row)..], stride);
            }

            for (; row < count; row++)
            {
                products[(done * stride) + row] = Of(rows.Slice(row * length, length), queries[done]);
                products[((done + 1) * stride) + row] = Of(rows.Slice(row * length, length), queries[done + 1]);
            }
        }

        for (; done < queries.Length; done++)
        {
            for (var row = 0; row < count; row++)
            {
                products[(done * stride) + row] = Of(rows.Slice(row * length, length), queries[done]);
            }
        }
    }

    // What is read once serves several products: two rows and four queries fit the registers.
    private static void TwoRows(ReadOnlySpan<sbyte> rows, ReadOnlySpan<short[]> queries, Span<int> products, int stride)
    {
        var length = (nuint)rows.Length / 2;
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var first = ref MemoryMarshal.GetArrayDataReference(queries[0]);
        ref var second = ref MemoryMarshal.GetArrayDataReference(queries[1]);
        ref var third = ref MemoryMarshal.GetArrayDataReference(queries[2]);
        ref var fourth = ref MemoryMarshal.GetArrayDataReference(queries[3]);
        var (a, b, c, d) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        var (e, f, g, h) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        for (nuint i = 0; i < length; i += (nuint)Vector512<short>.Count)
        {
            var upper = Wide(ref row, i);
            var lower = Wide(ref row, i + length);
            var query = Vector512.LoadUnsafe(ref first, i);
            a += Avx512BW.MultiplyAddAdjacent(upper, query);
            e += Avx512BW.MultiplyAddAdjacent(lower, query);
            query = Vector512.LoadUnsafe(ref second, i);
            b += Avx512BW.MultiplyAddAdjacent(upper, query);
            f += Avx512BW.MultiplyAddAdjacent(lower, query);
            query = Vector512.LoadUnsafe(ref third, i);
            c += Avx512BW.MultiplyAddAdjacent(upper, query);
            g += Avx512BW.MultiplyAddAdjacent(lower, query);
            query = Vector512.LoadUnsafe(ref fourth, i);
            d += Avx512BW.MultiplyAddAdjacent(upper, query);
            h += Avx512BW.MultiplyAddAdjacent(lower, query);
        }

        Spread(SumEach(a, b, c, d), products, stride);
        Spread(SumEach(e, f, g, h), products[1..], stride);
    }

    private static void TwoRows(ReadOnlySpan<sbyte> rows, short[] left, short[] right, Span<int> products, int stride)
    {
        var length = (nuint)rows.Length / 2;
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var first = ref MemoryMarshal.GetArrayDataReference(left);
        ref var second = ref MemoryMarshal.GetArrayDataReference(right);
        var (a, b, c, d) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        for (nuint i = 0; i < length; i += (nuint)Vector512<short>.Count)
        {
            var upper = Wide(ref row, i);
            var lower = Wide(ref row, i + length);
            var query = Vector512.LoadUnsafe(ref first, i);
            a += Avx512BW.MultiplyAddAdjacent(upper, query);
            b += Avx512BW.MultiplyAddAdjacent(lower, query);
            query = Vector512.LoadUnsafe(ref second, i);
            c += Avx512BW.MultiplyAddAdjacent(upper, query);
            d += Avx512BW.MultiplyAddAdjacent(lower, query);
        }

        var sums = SumEach(a, b, c, d);
        (products[0], products[1], products[stride], products[stride + 1]) = (sums[0], sums[1], sums[2], sums[3]);
    }

    private static void OneRow(ReadOnlySpan<sbyte> rows, ReadOnlySpan<short[]> queries, Span<int> products, int stride)
    {
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var first = ref MemoryMarshal.GetArrayDataReference(queries[0]);
        ref var second = ref MemoryMarshal.GetArrayDataReference(queries[1]);
        ref var third = ref MemoryMarshal.GetArrayDataReference(queries[2]);
        ref var fourth = ref MemoryMarshal.GetArrayDataReference(queries[3]);
        var (a, b, c, d) = (Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero, Vector512<int>.Zero);
        for (nuint i = 0; i < (nuint)rows.Length; i += (nuint)Vector512<short>.Count)
        {
            var wide = Wide(ref row, i);
            a += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref first, i));
            b += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref second, i));
            c += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref third, i));
            d += Avx512BW.MultiplyAddAdjacent(wide, Vector512.LoadUnsafe(ref fourth, i));
        }

        Spread(SumEach(a, b, c, d), products, stride);
    }

    private static Vector512<short> Wide(ref sbyte row, nuint from) => Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref row, from));

    private static void Spread(Vector128<int> sums, Span<int> products, int stride)
    {
        products[0] = sums[0];
        products[stride] = sums[1];
        products[2 * stride] = sums[2];
        products[3 * stride] = sums[3];
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
