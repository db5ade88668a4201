using CsCheck;
using OnePlatform.Knowledge.Search;
using Xunit;

namespace OnePlatform.Knowledge.Tests.Search;

public sealed class ShowingResults
{
    private static readonly RankFusion s_fusion = new(0.5);

    [Fact]
    public void First_in_both_lists_scores_one_and_ranks_are_told()
    {
        var fused = s_fusion.Fuse([new(7, 0.9), new(3, 0.8)], [new(7, 12), new(5, 11)]).ToList();

        Assert.Equal([7, 5, 3], fused.Select(row => row.Row));
        Assert.Equal(new FusedRow(7, 1, 1, 1), fused[0]);
        Assert.Equal(((1 / 62.0) * 61 / 1.5, null, 2), (fused[1].Score, fused[1].VectorRank, fused[1].KeywordRank));
    }

    [Fact]
    public void The_best_k_are_kept_and_equal_scores_go_to_the_lower_row() =>
        Gen.Select(Gen.Int[0, 5].Array[0, 50], Gen.Int[0, 12]).Sample((scores, k) =>
        {
            var top = new TopRows(k);
            foreach (var row in Enumerable.Range(0, scores.Length).Reverse())
            {
                top.Offer(row, scores[row]);
            }

            Assert.Equal(
                scores.Select((score, row) => new ScoredRow(row, score)).OrderByDescending(row => row.Score).ThenBy(row => row.Row).Take(k),
                top.Take());
        });

    [Fact]
    public void Words_that_match_by_stem_are_highlighted_and_neighbours_joined()
    {
        const string text = "Refunding an order: refunds  order-wise, but not reorders. The café's order.";
        Assert.Equal(
            ["Refunding", "order", "refunds  order", "café's order"],
            new Highlights("refund orders CAFE").Find(text).Select(highlight => text[highlight.Start..highlight.End]));
    }

    [Fact]
    public void Neighbours_become_one_passage_with_the_text_of_the_document() =>
        Gen.Select(Gen.Int[0, 90], Gen.Int[1, 30]).Array[1, 8].Sample(ranges =>
        {
            var text = new string([.. Enumerable.Range(0, 130).Select(i => (char)('a' + (i % 26)))]);
            var document = Guid.NewGuid();
            var found = ranges.Select((range, rank) => new Passage(
                document, range.Item1, range.Item1 + range.Item2, text.Substring(range.Item1, range.Item2), 1.0 / (rank + 1), [Guid.NewGuid()]));

            var passages = Passages.Merge(found, 100);

            Assert.All(passages, passage => Assert.Equal(text[passage.Start..passage.End], passage.Text));
            Assert.Equal(ranges.Length, passages.Sum(passage => passage.Chunks.Count));
            Assert.DoesNotContain(passages, a => passages.Any(b => a != b && a.Start <= b.End && b.Start <= a.End));
            Assert.Equal(passages.OrderByDescending(passage => passage.Score), passages);
        });

    [Fact]
    public void Joining_costs_no_result()
    {
        var documents = Enumerable.Range(0, 6).Select(_ => Guid.NewGuid()).ToArray();
        Passage[] ranked =
        [
            new(documents[0], 0, 5, "aaaaa", 0.9, [Guid.NewGuid()]), new(documents[0], 4, 9, "abbbb", 0.8, [Guid.NewGuid()]),
            .. documents.Skip(1).Select(document => new Passage(document, 0, 1, "x", 0.5, [Guid.NewGuid()])),
        ];

        Assert.Equal(documents.Take(5), Passages.Merge(ranked, 5).Select(passage => passage.DocumentId));
    }
}
