using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Knowledge.Chunking;

/// <summary>How documents are cut. Changing it touches a document when it is ingested again.</summary>
internal sealed class ChunkingOptions
{
    public const string Section = "Chunking";

    /// <summary>Most tokens (cl100k) of a chunk.</summary>
    [Range(50, 8_000)]
    public int Tokens { get; set; } = 800;

    /// <summary>Tokens at the end of a chunk that the next one repeats, where no heading parts them.</summary>
    [Range(0, 4_000)]
    public int Overlap { get; set; } = 200;
}
