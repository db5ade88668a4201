using OnePlatform.Knowledge.Reading;

namespace OnePlatform.Knowledge.Chunking;

/// <summary>
/// Cuts a document into chunks of so many tokens: at a heading once there is enough above it, else at the last paragraph's
/// end in the second half of what fits, else at a sentence's. Each chunk repeats the end of the one before, unless a heading
/// parts them, and none lies inside another.
/// </summary>
internal sealed class Chunker(ChunkingOptions options)
{
    public List<Chunk> Cut(ReadDocument document)
    {
        var units = UnitReader.Read(document, options.Tokens);
        var chunks = new List<Chunk>();
        var (first, fresh) = (0, 0);
        while (fresh < units.Count)
        {
            var after = AfterLast(units, first, fresh);
            chunks.Add(ChunkOf(document.Text, units, first, after, chunks));
            fresh = after;
            first = fresh < units.Count ? FirstOfNext(units, first, after) : fresh;
        }

        return chunks;
    }

    /// <summary>The end of the chunk that begins at <paramref name="first"/> and must hold at least unit <paramref name="fresh"/>.</summary>
    private int AfterLast(List<Unit> units, int first, int fresh)
    {
        var tokens = 0;
        var paragraph = -1;
        for (var i = first; i < units.Count; i++)
        {
            if (i > fresh)
            {
                if (units[i].Before == Chunking.Cut.Heading && tokens >= options.Tokens / 4)
                {
                    return BeforeHeadings(units, i, fresh);
                }

                if (units[i].Before >= Chunking.Cut.Paragraph && tokens >= options.Tokens / 2)
                {
                    paragraph = i;
                }

                if (tokens + units[i].Tokens > options.Tokens)
                {
                    return BeforeHeadings(units, paragraph > 0 ? paragraph : i, fresh);
                }
            }

            tokens += units[i].Tokens;
        }

        return units.Count;
    }

    // A heading at the very end belongs to the text below it.
    private static int BeforeHeadings(List<Unit> units, int after, int fresh)
    {
        var last = after;
        while (last - 1 > fresh && units[last - 1].Before == Chunking.Cut.Heading)
        {
            last--;
        }

        return last;
    }

    private int FirstOfNext(List<Unit> units, int first, int after)
    {
        if (units[after].Before == Chunking.Cut.Heading)
        {
            return after;
        }

        var overlap = 0;
        var next = after;
        while (next - 1 > first
            && overlap + units[next - 1].Tokens <= options.Overlap
            && overlap + units[next - 1].Tokens + units[after].Tokens <= options.Tokens)
        {
            next--;
            overlap += units[next].Tokens;
        }

        return next;
    }

    private static Chunk ChunkOf(string text, List<Unit> units, int first, int after, List<Chunk> before)
    {
        var (start, end) = (units[first].Start, units[after - 1].End);
        var span = text.AsSpan(start, end - start);
        var overlap = before.Count > 0 ? Math.Max(0, before[^1].End - start) : 0;
        return new Chunk(before.Count, start, end, TokenCounter.Count(span), overlap, units[first].Section, Chunk.HashOf(span));
    }
}
