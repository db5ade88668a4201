namespace OnePlatform.Knowledge.Search;

/// <summary>Text found, with where it stands [Start, End) in its document. Chunks are those it was put together from, best first.</summary>
internal sealed record Passage(Guid DocumentId, int Start, int End, string Text, double Score, IReadOnlyList<Guid> Chunks);

internal static class Passages
{
    /// <summary>
    /// Chunks in order of rank become passages; one that overlaps or touches a passage of its document is joined to it. Ends
    /// when there are enough passages, so a join never costs a result. Offsets stay those of the document.
    /// </summary>
    public static List<Passage> Merge(IEnumerable<Passage> ranked, int limit)
    {
        var passages = new List<Passage>();
        foreach (var found in ranked)
        {
            var neighbour = passages.FindIndex(passage => Touch(passage, found));
            if (neighbour >= 0)
            {
                passages[neighbour] = Join(passages[neighbour], found);
                JoinWithOthers(passages, neighbour);
            }
            else if (passages.Count < limit)
            {
                passages.Add(found);
            }
            else
            {
                break;
            }
        }

        return passages;
    }

    // The new text may close the gap to several passages, on both sides.
    private static void JoinWithOthers(List<Passage> passages, int grown)
    {
        while (passages.FindIndex(passage => passage != passages[grown] && Touch(passage, passages[grown])) is var other and >= 0)
        {
            var (kept, gone) = (Math.Min(other, grown), Math.Max(other, grown));
            passages[kept] = Join(passages[kept], passages[gone]);
            passages.RemoveAt(gone);
            grown = kept;
        }
    }

    private static bool Touch(Passage a, Passage b) => a.DocumentId == b.DocumentId && a.Start <= b.End && b.Start <= a.End;

    private static Passage Join(Passage better, Passage worse)
    {
        var (first, second) = better.Start <= worse.Start ? (better, worse) : (worse, better);
        var text = second.End <= first.End ? first.Text : first.Text + second.Text[(first.End - second.Start)..];
        return better with
        {
            Start = first.Start,
            End = first.Start + text.Length,
            Text = text,
            Chunks = [.. better.Chunks, .. worse.Chunks],
        };
    }
}
