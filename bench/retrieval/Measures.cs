namespace OnePlatform.Bench.Retrieval;

/// <summary>Means over all queries, relevance taken as yes or no, each cut at ten results.</summary>
internal sealed record Measures(double Ndcg, double Recall, double ReciprocalRank)
{
    public const int Depth = 10;

    public static Measures Of(IReadOnlyList<IReadOnlyList<string>> rankings, IReadOnlyList<IReadOnlySet<string>> relevant)
    {
        var judged = rankings.Zip(relevant).Where(pair => pair.Second.Count > 0).ToList();
        return new Measures(
            judged.Average(pair => NdcgOf(pair.First, pair.Second)),
            judged.Average(pair => pair.First.Take(Depth).Count(pair.Second.Contains) / (double)pair.Second.Count),
            judged.Average(pair => ReciprocalRankOf(pair.First, pair.Second)));
    }

    private static double NdcgOf(IReadOnlyList<string> ranking, IReadOnlySet<string> relevant)
    {
        var gain = ranking.Take(Depth).Select((id, place) => relevant.Contains(id) ? Discount(place) : 0).Sum();
        return gain / Enumerable.Range(0, Math.Min(Depth, relevant.Count)).Sum(Discount);
    }

    private static double ReciprocalRankOf(IReadOnlyList<string> ranking, IReadOnlySet<string> relevant)
    {
        var place = ranking.Take(Depth).ToList().FindIndex(relevant.Contains);
        return place < 0 ? 0 : 1.0 / (place + 1);
    }

    private static double Discount(int place) => 1 / Math.Log2(place + 2);
}
