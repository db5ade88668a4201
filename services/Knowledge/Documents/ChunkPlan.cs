using OnePlatform.Knowledge.Chunking;

namespace OnePlatform.Knowledge.Documents;

internal sealed record StoredChunk(Guid Id, int Index, string Hash);

/// <summary>What must happen to the chunks of a document so that they are those of its text.</summary>
/// <param name="New">To be embedded.</param>
/// <param name="Kept">There already, perhaps at another place.</param>
/// <param name="Gone">No part of the text any more.</param>
internal sealed record ChunkPlan(IReadOnlyList<Chunk> New, IReadOnlyList<(StoredChunk Stored, Chunk Cut)> Kept, IReadOnlyList<Guid> Gone)
{
    public static ChunkPlan Make(IEnumerable<Chunk> cut, IEnumerable<StoredChunk> stored)
    {
        var byHash = stored.OrderBy(s => s.Index).GroupBy(s => s.Hash, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new Queue<StoredChunk>(g), StringComparer.Ordinal);
        var (added, kept) = (new List<Chunk>(), new List<(StoredChunk, Chunk)>());
        foreach (var chunk in cut)
        {
            if (byHash.TryGetValue(chunk.Hash, out var same) && same.TryDequeue(out var found))
            {
                kept.Add((found, chunk));
            }
            else
            {
                added.Add(chunk);
            }
        }

        return new ChunkPlan(added, kept, [.. byHash.Values.SelectMany(left => left).Select(s => s.Id)]);
    }
}
