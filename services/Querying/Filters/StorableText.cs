using System.Text;

namespace OnePlatform.Querying.Filters;

internal static class StorableText
{
    /// <summary>
    /// PostgreSQL has no text with U+0000, and half a surrogate pair has no UTF-8: either would come back as an
    /// error of the database instead of an answer to the caller.
    /// </summary>
    public static bool Accepts(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            if (text[0] == '\0' || Rune.DecodeFromUtf16(text, out _, out var length) != System.Buffers.OperationStatus.Done)
            {
                return false;
            }

            text = text[length..];
        }

        return true;
    }
}
