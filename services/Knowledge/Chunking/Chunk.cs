using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Knowledge.Chunking;

/// <summary>
/// A slice [Start, End) of a document's text. Section is the headings above its beginning, outermost first. Overlap is how
/// many characters of it the chunk before holds too.
/// </summary>
internal sealed record Chunk(int Index, int Start, int End, int TokenCount, int Overlap, string? Section, string Hash)
{
    public string TextOf(string document) => document[Start..End];

    /// <summary>Equal texts have equal hashes: what a second ingestion of a document need not embed again.</summary>
    public static string HashOf(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }
}
