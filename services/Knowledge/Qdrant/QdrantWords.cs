using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>Sparse vector of Qdrant's.</summary>
internal sealed record SparseVector(IReadOnlyList<uint> Indices, IReadOnlyList<double> Values);

/// <summary>
/// BM25 as an inner product: a row brings how full each word is of its count, a query how rare the word is in the groups it searches.
/// The average length is a constant here, for a stored row cannot follow the true one; words that share a number count as one.
/// </summary>
internal static class QdrantWords
{
    /// <summary>Terms of a row of ordinary length.</summary>
    public const double AverageLength = 256;

    private const ulong WordSeed = 0x2545F4914F6CDD1D;

    public static uint NumberOf(string term) => (uint)(FeatureHash.Of(term, WordSeed) >> 32);

    public static SparseVector OfRow(IReadOnlyList<string> terms, IReadOnlyList<short> counts)
    {
        var norm = Bm25.LengthNorm(counts.Sum(c => c), AverageLength);
        return Sum(terms.Zip(counts, (term, count) => (term, Bm25.Saturation(count, norm))));
    }

    /// <summary>The different terms of a query with how often it has them.</summary>
    public static IReadOnlyList<TermCount> OfQuery(string text) => TermCount.Of(CollectionsMarshal.AsSpan(TextAnalyzer.Terms(text)));

    public static SparseVector Sum(IEnumerable<(string Term, double Weight)> weights)
    {
        var sums = new SortedDictionary<uint, double>();
        foreach (var (term, weight) in weights)
        {
            var number = NumberOf(term);
            sums[number] = sums.GetValueOrDefault(number) + weight;
        }

        return new SparseVector([.. sums.Keys], [.. sums.Values]);
    }
}
