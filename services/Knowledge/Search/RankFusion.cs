namespace OnePlatform.Knowledge.Search;

internal readonly record struct FusedRow(int Row, double Score, int? VectorRank, int? KeywordRank);

/// <summary>
/// Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): each list gives a row weight / (K + rank). The sum is divided
/// by the greatest it can be, so that first in both lists scores 1 and a threshold means something.
/// </summary>
internal sealed class RankFusion(double vectorWeight)
{
    public const int K = 60;

    public IEnumerable<FusedRow> Fuse(IReadOnlyList<ScoredRow> vector, IReadOnlyList<ScoredRow> keyword)
    {
        var ranks = new Dictionary<int, (int? Vector, int? Keyword)>(vector.Count + keyword.Count);
        for (var i = 0; i < vector.Count; i++)
        {
            ranks[vector[i].Row] = (i + 1, null);
        }

        for (var i = 0; i < keyword.Count; i++)
        {
            var row = keyword[i].Row;
            ranks[row] = (ranks.GetValueOrDefault(row).Vector, i + 1);
        }

        return ranks
            .Select(pair => new FusedRow(pair.Key, Score(pair.Value.Vector, pair.Value.Keyword), pair.Value.Vector, pair.Value.Keyword))
            .OrderByDescending(row => row.Score)
            .ThenBy(row => row.KeywordRank ?? int.MaxValue)
            .ThenBy(row => row.Row);
    }

    public double Score(int? vectorRank, int? keywordRank) =>
        ((vectorWeight * Share(vectorRank)) + Share(keywordRank)) * (K + 1) / (vectorWeight + 1);

    private static double Share(int? rank) => rank is { } place ? 1.0 / (K + place) : 0;
}
