using OnePlatform.Knowledge.Reading;

namespace OnePlatform.Knowledge.Documents;

/// <summary>The blocks of a document as plain numbers, four each, for its row.</summary>
internal static class BlockList
{
    public static int[] Pack(IReadOnlyList<Block> blocks) => [.. blocks.SelectMany(b => new[] { (int)b.Kind, b.Start, b.End, b.Level })];

    public static List<Block> Unpack(int[] numbers)
        => [.. numbers.Chunk(4).Select(n => new Block((BlockKind)n[0], n[1], n[2], n[3]))];
}
