using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Search;

namespace OnePlatform.Knowledge.Searching;

internal enum SearchMode
{
    Hybrid,
    Vector,
    Keyword,
}

/// <summary>What is looked for, the words and the vector both prepared.</summary>
/// <param name="Model">The vector's, or null for any of its length.</param>
internal sealed record Question(SearchMode Mode, string Text, float[]? Vector, string? Model, double VectorWeight);

internal sealed record RankedRow(
    Guid Id, Guid Group, double Score, int? VectorRank, double? VectorScore, int? KeywordRank, double? KeywordScore, double? Fused);

/// <summary>An index, and which of its rows may be found.</summary>
internal sealed record SearchedIndex(Guid Group, GroupIndex Index, RowSet? Allowed);

/// <summary>The best rows of one or several groups. Filters come before the ranking, so nothing is lost to them.</summary>
internal static class Ranking
{
    /// <summary>How far down each list goes into the fusion; the same for every limit, so that a page never reorders.</summary>
    public const int FusedDepth = 200;

    public static IReadOnlyList<RankedRow> Rank(Question question, IReadOnlyList<SearchedIndex> indexes, int limit)
    {
        var depth = question.Mode == SearchMode.Hybrid ? FusedDepth : limit;
        foreach (var index in indexes)
        {
            index.Index.Gate.EnterReadLock();
        }

        try
        {
            var vector = question.Mode == SearchMode.Keyword ? [] : ByVector(question, indexes, depth);
            var keyword = question.Mode == SearchMode.Vector ? [] : ByKeyword(question, indexes, depth);
            return question.Mode switch
            {
                SearchMode.Vector => [.. vector.Select((hit, i) => RowOf(indexes, hit) with { Score = hit.Score, VectorRank = i + 1, VectorScore = hit.Score })],
                SearchMode.Keyword => [.. keyword.Select((hit, i) => RowOf(indexes, hit) with { Score = hit.Score, KeywordRank = i + 1, KeywordScore = hit.Score })],
                _ => Fuse(question, indexes, vector, keyword, limit),
            };
        }
        finally
        {
            foreach (var index in indexes)
            {
                index.Index.Gate.ExitReadLock();
            }
        }
    }

    private static List<Hit> ByVector(Question question, IReadOnlyList<SearchedIndex> indexes, int depth)
    {
        if (question.Vector is not { } vector)
        {
            return [];
        }

        var query = new QueryVector(vector);
        return Best(depth, indexes.SelectMany((searched, place) => searched.Index.VectorsOf(question.Model, vector.Length)
            .SelectMany(index => index.Best(query, depth, searched.Allowed)).Select(row => new Hit(place, row.Row, row.Score))));
    }

    private static List<Hit> ByKeyword(Question question, IReadOnlyList<SearchedIndex> indexes, int depth)
    {
        var search = new KeywordSearch(question.Text, [.. indexes.Select(i => i.Index.Keywords)]);
        return Best(depth, indexes.SelectMany((searched, place) => search.Best(place, depth, searched.Allowed)
            .Select(row => new Hit(place, row.Row, row.Score))));
    }

    private static List<Hit> Best(int depth, IEnumerable<Hit> hits)
        => [.. hits.OrderByDescending(h => h.Score).ThenBy(h => h.Place).ThenBy(h => h.Row).Take(depth)];

    private static List<RankedRow> Fuse(
        Question question, IReadOnlyList<SearchedIndex> indexes, List<Hit> vector, List<Hit> keyword, int limit)
    {
        var numbers = new Dictionary<(int, int), int>();
        var hits = new List<Hit>();
        var vectorRows = vector.Select(Number).ToList();
        var keywordRows = keyword.Select(Number).ToList();
        return [.. new RankFusion(question.VectorWeight).Fuse(vectorRows, keywordRows).Take(limit).Select(fused => RowOf(indexes, hits[fused.Row]) with
        {
            Score = fused.Score,
            VectorRank = fused.VectorRank,
            VectorScore = fused.VectorRank is { } v ? vector[v - 1].Score : null,
            KeywordRank = fused.KeywordRank,
            KeywordScore = fused.KeywordRank is { } k ? keyword[k - 1].Score : null,
            Fused = fused.Score,
        })];

        ScoredRow Number(Hit hit)
        {
            if (!numbers.TryGetValue((hit.Place, hit.Row), out var number))
            {
                numbers[(hit.Place, hit.Row)] = number = hits.Count;
                hits.Add(hit);
            }

            return new ScoredRow(number, hit.Score);
        }
    }

    private static RankedRow RowOf(IReadOnlyList<SearchedIndex> indexes, Hit hit)
        => new(indexes[hit.Place].Index.IdOf(hit.Row), indexes[hit.Place].Group, hit.Score, null, null, null, null, null);

    private readonly record struct Hit(int Place, int Row, double Score);
}
