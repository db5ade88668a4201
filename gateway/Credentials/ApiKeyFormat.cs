using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace OnePlatform.Gateway.Credentials;

/// <summary>
/// <c>gsk_live_[43 base62]_[6 base62]</c>: the last part is the CRC-32 of all that stands before the last underscore, in UTF-8,
/// written in base 62 with the digits 0-9, then A-Z, then a-z, most significant first and padded on the left with 0.
/// A mistyped key is refused without a look-up.
/// </summary>
internal static class ApiKeyFormat
{
    public const string Prefix = "gsk_";
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> s_digits = SearchValues.Create(Digits);
    private const int SecretLength = 43;
    private const int ChecksumLength = 6;

    public static bool IsWellFormed(string key)
    {
        var kindLength = key.StartsWith("gsk_live_", StringComparison.Ordinal) || key.StartsWith("gsk_test_", StringComparison.Ordinal) ? 9 : 0;
        if (kindLength == 0 || key.Length != kindLength + SecretLength + 1 + ChecksumLength || key[kindLength + SecretLength] != '_')
        {
            return false;
        }

        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(key.AsSpan(0, kindLength + SecretLength), checksum);
        return !key.AsSpan(kindLength, SecretLength).ContainsAnyExcept(s_digits) && key.AsSpan(kindLength + SecretLength + 1).SequenceEqual(checksum);
    }

    /// <summary>The six digits that belong behind <paramref name="start"/> and an underscore.</summary>
    public static string ChecksumOf(string start)
    {
        Span<char> checksum = stackalloc char[ChecksumLength];
        WriteChecksum(start, checksum);
        return checksum.ToString();
    }

    private static void WriteChecksum(ReadOnlySpan<char> start, Span<char> checksum)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(start.Length)];
        var rest = Crc32.HashToUInt32(bytes[..Encoding.UTF8.GetBytes(start, bytes)]);
        for (var i = ChecksumLength - 1; i >= 0; i--)
        {
            checksum[i] = Digits[(int)(rest % 62)];
            rest /= 62;
        }
    }
}
