using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Search;
using OnePlatform.Knowledge.Searching;

namespace OnePlatform.Bench.Retrieval;

/// <summary>Every query of the collection through the product's own index in each search mode.</summary>
internal sealed class RetrievalRun
{
    private static readonly RankFusion s_fusion = new(LocalEmbedding.FusionWeight);

    private readonly Cranfield _collection;
    private readonly KeywordIndex _keywords = new();
    private readonly List<float[]> _vectors = [];

    public RetrievalRun(Cranfield collection)
    {
        _collection = collection;
        for (var row = 0; row < collection.Documents.Count; row++)
        {
            var document = collection.Documents[row];
            var terms = TextAnalyzer.Terms($"{document.Title}\n\n{document.Text}");
            _keywords.Add(row, TermCount.Of(CollectionsMarshal.AsSpan(terms)));
            _vectors.Add(LocalEmbedding.Embed(CollectionsMarshal.AsSpan(terms)));
        }
    }

    public IEnumerable<(string Mode, IReadOnlyList<IReadOnlyList<string>> Rankings)> All()
    {
        yield return ("keyword", Rank(Keyword));
        yield return ("vector", Rank(Vector));
        yield return ("hybrid", Rank(query => s_fusion.Fuse(Vector(query), Keyword(query)).Select(row => new ScoredRow(row.Row, row.Score))));
    }

    private List<IReadOnlyList<string>> Rank(Func<string, IEnumerable<ScoredRow>> search) =>
        [.. _collection.Queries.Select(query => search(query).Take(Measures.Depth).Select(row => _collection.Documents[row.Row].Id).ToList())];

    private ScoredRow[] Keyword(string query) => new KeywordSearch(query, [_keywords]).Best(0, Ranking.FusedDepth, filter: null);

    private ScoredRow[] Vector(string query)
    {
        var vector = LocalEmbedding.Embed(query);
        var top = new TopRows(Ranking.FusedDepth);
        for (var row = 0; row < _vectors.Count; row++)
        {
            top.Offer(row, TensorPrimitives.Dot<float>(vector, _vectors[row]));
        }

        return top.Take();
    }
}
