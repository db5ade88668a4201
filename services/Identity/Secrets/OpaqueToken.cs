using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Identity.Secrets;

/// <summary>A secret of 256 random bits. Its holder has the text; the database has the hash.</summary>
internal sealed record OpaqueToken(string Text, byte[] Hash)
{
    private const int LongestText = 200;

    public static OpaqueToken New()
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return new OpaqueToken(text, HashOf(text));
    }

    /// <summary>A fast hash will do: nobody guesses 256 random bits.</summary>
    public static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text.Length <= LongestText ? text : ""));
}
