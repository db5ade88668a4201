using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Identity.ApiKeys;

/// <summary>
/// The form of a key, <c>gsk_live_&lt;43 random&gt;_&lt;6 checksum&gt;</c> in base 62. The checksum is over everything before it, so that a
/// typo is known without a look-up, and leaked keys can be found in files by their form.
/// </summary>
internal static class ApiKeyText
{
    public const int PrefixLength = 12;

    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int RandomLength = 43;
    private const int ChecksumLength = 6;

    /// <param name="environment"><c>live</c> or <c>test</c>.</param>
    public static string New(string environment)
    {
        var body = $"gsk_{environment}_{RandomNumberGenerator.GetString(Digits, RandomLength)}";
        return $"{body}_{ChecksumOf(body)}";
    }

    public static bool IsWellFormed(string key)
    {
        var parts = key.Split('_', 5);
        return parts is ["gsk", "live" or "test", { Length: RandomLength } random, { Length: ChecksumLength } checksum]
            && random.All(char.IsAsciiLetterOrDigit)
            && checksum == ChecksumOf(key[..^(ChecksumLength + 1)]);
    }

    private static string ChecksumOf(string body)
    {
        var value = Crc32.HashToUInt32(Encoding.ASCII.GetBytes(body));
        return string.Create(ChecksumLength, value, static (text, rest) =>
        {
            for (var i = text.Length - 1; i >= 0; i--)
            {
                text[i] = Digits[(int)(rest % 62)];
                rest /= 62;
            }
        });
    }
}
