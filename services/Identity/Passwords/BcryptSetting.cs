using System.Security.Cryptography;

namespace OnePlatform.Identity.Passwords;

/// <summary>What a bcrypt hash begins with, in modular crypt format: <c>$2a$12$</c> and the salt, 29 characters of the 60.</summary>
internal sealed class BcryptSetting
{
    private const int Length = 29;
    private const int SaltBytes = 16;
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private readonly string _text;

    private BcryptSetting(char version, int cost, byte[] salt)
    {
        (Cost, Salt) = (cost, salt);
        _text = $"$2{version}${cost:00}${Encode(salt)}";
    }

    /// <summary>The work, 4 to 31: each step doubles it.</summary>
    public int Cost { get; }

    /// <summary>16 bytes.</summary>
    public ReadOnlyMemory<byte> Salt { get; }

    /// <summary>With a salt of its own.</summary>
    public static BcryptSetting New(int cost) => new('a', cost, RandomNumberGenerator.GetBytes(SaltBytes));

    /// <param name="text">A setting or a whole hash, of version 2a, 2b or 2y: they differ in what old libraries got wrong.</param>
    /// <exception cref="CryptographicException">It is neither.</exception>
    public static BcryptSetting Of(string text)
        => text.Length >= Length && text is ['$', '2', 'a' or 'b' or 'y', '$', var tens and >= '0' and <= '3', var ones and >= '0' and <= '9', '$', ..]
            && (10 * (tens - '0')) + ones - '0' is var cost and >= 4 and <= 31 && Decode(text[7..Length]) is { } salt
            ? new BcryptSetting(text[2], cost, salt)
            : throw new CryptographicException("This is no bcrypt hash.");

    /// <summary>The whole hash.</summary>
    /// <param name="hash">23 bytes.</param>
    public string With(ReadOnlySpan<byte> hash) => _text + Encode(hash);

    public override string ToString() => _text;

    // The bits go as in base64; only the characters for them are others, and nothing is padded.
    private static string Encode(ReadOnlySpan<byte> bytes)
        => string.Concat(Convert.ToBase64String(bytes).TrimEnd('=').Select(c => Alphabet[Base64.IndexOf(c, StringComparison.Ordinal)]));

    private static byte[]? Decode(string text)
    {
        var salt = new byte[SaltBytes];
        var base64 = string.Concat(text.Select(c => Alphabet.IndexOf(c, StringComparison.Ordinal) is >= 0 and var i ? Base64[i] : ' '));
        return Convert.TryFromBase64String(base64 + "==", salt, out var written) && written == SaltBytes ? salt : null;
    }
}
