using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Analysis;

namespace OnePlatform.Knowledge.Embedding;

/// <summary>
/// What the local embedder computes. It knows no meaning: a text's vector is a fixed-size sketch of the stems, stem pairs
/// and letter groups in it, so texts are near each other when they share words or parts of words ("aeroelastic",
/// "elasticity"), never because they are synonyms. Needs no network and no model, and is the same on every machine.
/// </summary>
internal static class LocalEmbedding
{
    public const string Model = "local-hash-384";
    public const int Dimensions = 384;

    /// <summary>Counts half beside BM25, which sees much the same words and knows how rare each is.</summary>
    public const double FusionWeight = 0.5;

    // Stands in for the document frequencies that a text by itself does not have.
    private const float CommonWordWeight = 0.3f;
    private const float PairWeight = 0.2f;
    private const float LettersWeight = 0.55f;
    private const int ShortestGroup = 3;
    private const int LongestGroup = 5;

    // Changing any constant above, a seed or the stemmer changes the vectors: then Model must change too.
    private const ulong WordSeed = 0x9E3779B97F4A7C15;
    private const ulong PairSeed = 0xC2B2AE3D27D4EB4F;
    private const ulong LettersSeed = 0x165667B19E3779F9;

    public static float[] Embed(string text) => Embed(CollectionsMarshal.AsSpan(TextAnalyzer.Terms(text)));

    public static float[] Embed(ReadOnlySpan<Term> terms)
    {
        var sketch = new float[Dimensions];
        foreach (var (stem, count) in TermCount.Of(terms))
        {
            var weight = MathF.Sqrt(count) * (CommonWords.Contains(stem) ? CommonWordWeight : 1);
            Add(sketch, FeatureHash.Of(stem, WordSeed), weight);
            AddLetterGroups(sketch, stem, weight);
        }

        foreach (var (pair, count) in CountPairs(terms))
        {
            Add(sketch, pair, MathF.Sqrt(count) * PairWeight);
        }

        return UnitGrid.Snap(sketch);
    }

    private static void AddLetterGroups(float[] sketch, string stem, float weight)
    {
        Span<char> framed = stackalloc char[(2 * WordReader.LongestWord) + 3];
        framed[0] = '<';
        stem.CopyTo(framed[1..]);
        framed[stem.Length + 1] = '>';
        framed = framed[..(stem.Length + 2)];

        var groups = 0;
        for (var size = ShortestGroup; size <= LongestGroup; size++)
        {
            groups += Math.Max(0, framed.Length - size + 1);
        }

        var each = LettersWeight * weight / MathF.Sqrt(Math.Max(1, groups));
        for (var size = ShortestGroup; size <= LongestGroup; size++)
        {
            for (var start = 0; start + size <= framed.Length; start++)
            {
                Add(sketch, FeatureHash.Of(framed.Slice(start, size), LettersSeed), each);
            }
        }
    }

    // Four signed places a feature: two features that meet in one place seldom meet in all.
    private static void Add(float[] sketch, ulong hash, float weight)
    {
        var share = weight / 2;
        for (var i = 0; i < 4; i++)
        {
            var bits = (uint)(hash >> (16 * i)) & 0xFFFF;
            sketch[(int)((bits >> 1) % Dimensions)] += (bits & 1) == 0 ? share : -share;
        }
    }

    private static Dictionary<ulong, int> CountPairs(ReadOnlySpan<Term> terms)
    {
        var counts = new Dictionary<ulong, int>(terms.Length);
        for (var i = 1; i < terms.Length; i++)
        {
            var pair = FeatureHash.Of(terms[i].Text, FeatureHash.Of(terms[i - 1].Text, PairSeed));
            CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _)++;
        }

        return counts;
    }
}
