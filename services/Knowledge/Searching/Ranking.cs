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

/// <summary>A row of one list, with that list's score.</summary>
internal readonly record struct FoundRow(Guid Id, Guid Group, double Score);

/// <summary>An index, and which of its rows may be found.</summary>
internal sealed record SearchedIndex(Guid Group, GroupIndex Index, RowSet? Allowed);

/// <param name="Limit">How many results are wanted.</param>
internal sealed record RankingTask(Question Question, IReadOnlyList<SearchedIndex> Indexes, int Limit)
{
    public int Depth => Ranking.DepthOf(Question, Limit);

    /// <summary>Whether both look at the same indexes, whatever each may find there.</summary>
    public bool IsBeside(RankingTask other) => Indexes.Select(i => i.Index).SequenceEqual(other.Indexes.Select(i => i.Index));
}

/// <summary>The best rows of one or several groups. Filters come before the ranking, so nothing is lost to them.</summary>
internal static class Ranking
{
    /// <summary>How far down each list goes into the fusion; the same for every limit, so that a page never reorders.</summary>
    public const int FusedDepth = 200;

    /// <summary>Answers to questions that are asked of the same indexes.</summary>
    public static IReadOnlyList<RankedRow>[] Rank(IReadOnlyList<RankingTask> tasks)
    {
        var indexes = tasks[0].Indexes;
        foreach (var index in indexes)
        {
            index.Index.Gate.EnterReadLock();
        }

        FoundRow Found(Hit hit) => new(indexes[hit.Place].Index.IdOf(hit.Row), indexes[hit.Place].Group, hit.Score);

        try
        {
            var vectors = ByVector(tasks);
            return [.. tasks.Select((task, i) => Combine(
                task.Question, [.. vectors[i].Select(Found)], [.. ByKeyword(task).Select(Found)], task.Limit))];
        }
        finally
        {
            foreach (var index in indexes)
            {
                index.Index.Gate.ExitReadLock();
            }
        }
    }

    /// <summary>How many rows each list needs for so many results.</summary>
    public static int DepthOf(Question question, int limit) => question.Mode == SearchMode.Hybrid ? FusedDepth : limit;

    /// <summary>The answer from the list of nearest vectors and that of best words, each best first; the mode tells which of them count.</summary>
    public static IReadOnlyList<RankedRow> Combine(Question question, IReadOnlyList<FoundRow> vector, IReadOnlyList<FoundRow> keyword, int limit)
        => question.Mode switch
        {
            SearchMode.Vector => [.. vector.Select((hit, i) => RowOf(hit) with { VectorRank = i + 1, VectorScore = hit.Score })],
            SearchMode.Keyword => [.. keyword.Select((hit, i) => RowOf(hit) with { KeywordRank = i + 1, KeywordScore = hit.Score })],
            _ => Fuse(question, vector, keyword, limit),
        };

    private static List<RankedRow> Fuse(Question question, IReadOnlyList<FoundRow> vector, IReadOnlyList<FoundRow> keyword, int limit)
    {
        var numbers = new Dictionary<Guid, int>();
        var hits = new List<FoundRow>();
        var vectorRows = vector.Select(Number).ToList();
        var keywordRows = keyword.Select(Number).ToList();
        return [.. new RankFusion(question.VectorWeight).Fuse(vectorRows, keywordRows).Take(limit).Select(fused => RowOf(hits[fused.Row]) with
        {
            Score = fused.Score,
            VectorRank = fused.VectorRank,
            VectorScore = fused.VectorRank is { } v ? vector[v - 1].Score : null,
            KeywordRank = fused.KeywordRank,
            KeywordScore = fused.KeywordRank is { } k ? keyword[k - 1].Score : null,
            Fused = fused.Score,
        })];

        ScoredRow Number(FoundRow hit)
        {
            if (!numbers.TryGetValue(hit.Id, out var number))
            {
                numbers[hit.Id] = number = hits.Count;
                hits.Add(hit);
            }

            return new ScoredRow(number, hit.Score);
        }
    }

    private static RankedRow RowOf(FoundRow hit) => new(hit.Id, hit.Group, hit.Score, null, null, null, null, null);

    // Each index is scanned once for all who ask it.
    private static List<Hit>[] ByVector(IReadOnlyList<RankingTask> tasks)
    {
        var queries = tasks.Select(t => t.Question is { Vector: { } vector, Mode: not SearchMode.Keyword } ? new QueryVector(vector) : null).ToList();
        var hits = tasks.Select(_ => new List<Hit>()).ToList();
        for (var place = 0; place < tasks[0].Indexes.Count; place++)
        {
            var asked = tasks.SelectMany((task, i) => queries[i] is { } query
                ? task.Indexes[place].Index.VectorsOf(task.Question.Model, query.Exact.Length).Select(vectors => (Vectors: vectors, Number: i))
                : []);
            foreach (var together in asked.GroupBy(a => a.Vectors, a => a.Number))
            {
                var found = together.Key.Best([.. together.Select(i => new VectorSearch(queries[i]!, tasks[i].Depth, tasks[i].Indexes[place].Allowed))]);
                foreach (var (number, rows) in together.Zip(found))
                {
                    hits[number].AddRange(rows.Select(row => new Hit(place, row.Row, row.Score)));
                }
            }
        }

        return [.. tasks.Zip(hits, (task, own) => Best(task.Depth, own))];
    }

    private static List<Hit> ByKeyword(RankingTask task)
    {
        if (task.Question.Mode == SearchMode.Vector)
        {
            return [];
        }

        var search = new KeywordSearch(task.Question.Text, [.. task.Indexes.Select(i => i.Index.Keywords)]);
        return Best(task.Depth, task.Indexes.SelectMany((searched, place) => search.Best(place, task.Depth, searched.Allowed)
            .Select(row => new Hit(place, row.Row, row.Score))));
    }

    private static List<Hit> Best(int depth, IEnumerable<Hit> hits)
        => [.. hits.OrderByDescending(h => h.Score).ThenBy(h => h.Place).ThenBy(h => h.Row).Take(depth)];

    private readonly record struct Hit(int Place, int Row, double Score);
}
