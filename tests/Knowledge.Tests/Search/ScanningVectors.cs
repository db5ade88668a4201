using System.Numerics.Tensors;
using CsCheck;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Search;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Search;

[Trait("Proof", "P7")]
public sealed class ScanningVectors
{
    [Theory]
    [InlineData(384, true)]
    [InlineData(384, false)]
    [InlineData(1536, false)]
    [InlineData(7, false)]
    public void The_best_rows_are_those_of_brute_force_under_any_filter(int dimensions, bool onGrid)
    {
        var random = new Random(dimensions);
        var vectors = Enumerable.Range(0, 3_000).Select(_ => RandomVector(random, dimensions, onGrid)).ToArray();
        var index = new VectorIndex(dimensions);
        for (var row = 0; row < vectors.Length; row++)
        {
            index.Add(row, vectors[row]);
        }

        foreach (var selectivity in new[] { 1.0, 0.5, 0.1, 0.01, 0.001 })
        {
            for (var round = 0; round < 5; round++)
            {
                var query = RandomVector(random, dimensions, onGrid);
                var filter = Some(random, vectors.Length, selectivity);
                Assert.Equal(BruteForce(vectors, query, filter), index.Best(new QueryVector(query), 10, filter).Select(row => row.Row));
            }
        }
    }

    [Theory]
    [InlineData(384, true)]
    [InlineData(384, false)]
    [InlineData(7, false)]
    public void Searches_in_one_scan_find_what_each_would_find_alone(int dimensions, bool onGrid)
    {
        var random = new Random(dimensions + 1);
        var vectors = Enumerable.Range(0, 2_000).Select(_ => RandomVector(random, dimensions, onGrid)).ToArray();
        var index = new VectorIndex(dimensions);
        for (var row = 0; row < vectors.Length; row++)
        {
            index.Add(row, vectors[row]);
        }

        for (var together = 2; together <= 9; together++)
        {
            var asked = Enumerable.Range(0, together).Select(i => (Query: RandomVector(random, dimensions, onGrid), Filter: i % 3 == 0 ? null : Some(random, vectors.Length, 0.1 * i))).ToList();
            var found = index.Best([.. asked.Select(a => new VectorSearch(new QueryVector(a.Query), 10, a.Filter))]);
            Assert.Equal(asked.Select(a => BruteForce(vectors, a.Query, a.Filter)), found.Select(rows => rows.Select(row => row.Row).ToArray()));
        }
    }

    [Fact]
    public void Scores_a_rounding_error_apart_are_still_told_apart()
    {
        // All rows but the rounding of their last digits alike: bytes alone could not order them.
        var random = new Random(5);
        var centre = RandomVector(random, 384, onGrid: false);
        var vectors = Enumerable.Range(0, 2_000).Select(_ => centre.Select(x => x + (1e-5f * random.NextSingle())).ToArray()).ToArray();
        var index = new VectorIndex(384);
        for (var row = 0; row < vectors.Length; row++)
        {
            index.Add(row, vectors[row]);
        }

        Assert.Equal(BruteForce(vectors, centre, null), index.Best(new QueryVector(centre), 10, null).Select(row => row.Row));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    public void A_row_that_its_bytes_show_as_worse_than_it_is_is_found_among_rows_that_they_show_as_they_are(int dimensions)
    {
        var random = new Random(dimensions);
        var centre = RandomVector(random, dimensions, onGrid: false);
        var vectors = Enumerable.Range(0, 2_000).Select(i =>
        {
            var near = centre.Select(x => x + (0.002f * random.NextSingle())).ToArray();
            return i % 2 == 0 ? UnitGrid.Snap(near) : near;
        }).ToArray();
        var index = new VectorIndex(dimensions);
        for (var row = 0; row < vectors.Length; row++)
        {
            index.Add(row, vectors[row]);
        }

        var queries = Enumerable.Range(0, 4).Select(_ => centre.Select(x => x + (0.1f * random.NextSingle())).ToArray()).ToList();
        foreach (var query in queries)
        {
            Assert.Equal(BruteForce(vectors, query, null), index.Best(new QueryVector(query), 10, null).Select(row => row.Row));
        }

        var together = index.Best([.. queries.Select(query => new VectorSearch(new QueryVector(query), 10, null))]);
        Assert.Equal(queries.Select(query => BruteForce(vectors, query, null)), together.Select(rows => rows.Select(row => row.Row).ToArray()));
    }

    [Fact]
    public void Removed_rows_are_not_found_and_vectors_come_back_as_they_were() =>
        Gen.Select(Gen.Float[-1, 1].Array[16].Array[1, 50], Gen.Int[0, 49]).Sample((vectors, removed) =>
        {
            var index = new VectorIndex(16);
            for (var row = 0; row < vectors.Length; row++)
            {
                index.Add(row, vectors[row]);
            }

            index.Remove(removed);
            Assert.DoesNotContain(index.Best(new QueryVector(vectors[0]), 100, null), row => row.Row == removed);
            for (var row = 0; row < vectors.Length; row++)
            {
                Assert.Equal(row == removed ? null : vectors[row], index.Find(row));
            }
        });

    [Fact]
    public void The_inner_loop_multiplies_right_at_any_length() =>
        Gen.Int[0, 200].SelectMany(length => Gen.Select(Gen.SByte[-127, 127].Array[length], Gen.Short[-32767, 32767].Array[length])).Sample((row, query) =>
            Assert.Equal(row.Zip(query).Sum(pair => pair.First * pair.Second), WholeDot.Of(row, query)));

    [Theory]
    [InlineData(32)]
    [InlineData(384)]
    [InlineData(40)]
    public void Many_products_at_once_are_those_of_one_by_one_whatever_their_numbers(int length) =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9]).SelectMany(counts => Gen.Select(
            Gen.SByte[-127, 127].Array[counts.Item1 * length], Gen.Short[-32767, 32767].Array[length].Array[counts.Item2])).Sample((rows, queries) =>
        {
            const int Stride = 16;
            var products = new int[queries.Length * Stride];
            WholeDot.Of(rows, queries, products, Stride);
            for (var row = 0; row < rows.Length / length; row++)
            {
                for (var query = 0; query < queries.Length; query++)
                {
                    Assert.Equal(WholeDot.Of(rows.AsSpan(row * length, length), queries[query]), products[(query * Stride) + row]);
                }
            }
        }, iter: 300);

    [Fact]
    public void Largest_values_of_many_components_do_not_overflow()
    {
        var row = Enumerable.Repeat(1f / MathF.Sqrt(4096), 4096).ToArray();
        var index = new VectorIndex(4096);
        index.Add(0, row);
        Assert.Equal(1, index.Best(new QueryVector(row), 1, null)[0].Score, 4);
    }

    private static int[] BruteForce(float[][] vectors, float[] query, RowSet? filter) =>
        [.. vectors.Select((vector, row) => (Row: row, Score: (double)TensorPrimitives.Dot<float>(query, vector)))
            .Where(scored => filter is null || filter.Contains(scored.Row))
            .OrderByDescending(scored => scored.Score).ThenBy(scored => scored.Row)
            .Take(10).Select(scored => scored.Row)];

    private static float[] RandomVector(Random random, int dimensions, bool onGrid)
    {
        var vector = Enumerable.Range(0, dimensions).Select(_ => (float)((random.NextDouble() * 2) - 1)).ToArray();
        var norm = TensorPrimitives.Norm<float>(vector);
        return onGrid ? UnitGrid.Snap(vector) : [.. vector.Select(x => x / norm)];
    }

    private static RowSet Some(Random random, int rows, double selectivity)
    {
        var some = new RowSet();
        foreach (var row in Enumerable.Range(0, rows).Where(_ => random.NextDouble() < selectivity))
        {
            some.Add(row);
        }

        return some;
    }
}
