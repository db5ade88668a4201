using System.Text;

namespace OnePlatform.Knowledge.Reading;

/// <summary>Bytes to text that can be stored: no NUL, which PostgreSQL refuses, and no halves of surrogate pairs.</summary>
internal static class PlainText
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            return Storable(Encoding.UTF8.GetString(bytes[3..]));
        }

        if (bytes.StartsWith(Encoding.Unicode.Preamble))
        {
            return Storable(Encoding.Unicode.GetString(bytes[2..]));
        }

        if (bytes.StartsWith(Encoding.BigEndianUnicode.Preamble))
        {
            return Storable(Encoding.BigEndianUnicode.GetString(bytes[2..]));
        }

        try
        {
            return Storable(s_strict.GetString(bytes));
        }
        catch (DecoderFallbackException)
        {
            // Not UTF-8: nearly always a text from an older Windows program.
            return Storable(CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetString(bytes));
        }
    }

    /// <summary>Keeps the length, so offsets into the text stay true.</summary>
    public static string Storable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (IsStorable(text, i))
            {
                continue;
            }

            var mended = text.ToCharArray();
            for (; i < mended.Length; i++)
            {
                if (!IsStorable(text, i))
                {
                    mended[i] = '\uFFFD';
                }
            }

            return new string(mended);
        }

        return text;
    }

    private static bool IsStorable(string text, int at)
    {
        var c = text[at];
        if (!char.IsSurrogate(c))
        {
            return c != '\0';
        }

        return char.IsHighSurrogate(c)
            ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
            : at > 0 && char.IsHighSurrogate(text[at - 1]);
    }
}
