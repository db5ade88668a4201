using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace OnePlatform.Identity.Secrets;

/// <summary>Keys for one purpose each, all from the one configured secret (HKDF, RFC 5869).</summary>
internal sealed class DerivedKeys(IOptions<IdentityOptions> options)
{
    private readonly byte[] _pepper = Derive(options.Value, "api key pepper");
    private readonly byte[] _codes = Derive(options.Value, "codes");
    private readonly byte[] _sealing = Derive(options.Value, "signing keys");

    /// <summary>SHA-256 over the pepper and the key: without the secret, a stolen table says nothing about a guessed key.</summary>
    public byte[] HashOfApiKey(string key)
    {
        Span<byte> content = stackalloc byte[_pepper.Length + Encoding.UTF8.GetMaxByteCount(key.Length)];
        _pepper.CopyTo(content);
        var length = Encoding.UTF8.GetBytes(key, content[_pepper.Length..]);
        return SHA256.HashData(content[..(_pepper.Length + length)]);
    }

    /// <summary>HMAC-SHA-256. Short codes are soon tried out against a plain hash, and never against this one without the secret.</summary>
    public byte[] Tag(string purpose, string text) => HMACSHA256.HashData(_codes, Encoding.UTF8.GetBytes($"{purpose}\n{text}"));

    /// <summary>A key for what clients carry and only this service reads: codes and refresh tokens.</summary>
    public SymmetricSecurityKey ForClients(string use) => new(Derive(options.Value, $"clients {use}")) { KeyId = $"own-{use}" };

    /// <summary>AES-256-GCM: nonce, tag and ciphertext in one. <paramref name="context"/> must be the same at <see cref="Open"/>.</summary>
    public byte[] Seal(ReadOnlySpan<byte> content, string context)
    {
        using var aes = new AesGcm(_sealing, AesGcm.TagByteSizes.MaxSize);
        var result = new byte[NonceSize + TagSize + content.Length];
        RandomNumberGenerator.Fill(result.AsSpan(0, NonceSize));
        aes.Encrypt(
            result.AsSpan(0, NonceSize), content, result.AsSpan(NonceSize + TagSize), result.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(context));
        return result;
    }

    /// <exception cref="AuthenticationTagMismatchException">Sealed under another secret or context, or changed since.</exception>
    public byte[] Open(ReadOnlySpan<byte> sealedContent, string context)
    {
        using var aes = new AesGcm(_sealing, AesGcm.TagByteSizes.MaxSize);
        var content = new byte[sealedContent.Length - NonceSize - TagSize];
        aes.Decrypt(
            sealedContent[..NonceSize], sealedContent[(NonceSize + TagSize)..], sealedContent.Slice(NonceSize, TagSize), content, Encoding.UTF8.GetBytes(context));
        return content;
    }

    private static int NonceSize => AesGcm.NonceByteSizes.MaxSize;

    private static int TagSize => AesGcm.TagByteSizes.MaxSize;

    private static byte[] Derive(IdentityOptions options, string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.KeyEncryptionSecret), 32, info: Encoding.UTF8.GetBytes($"oneplatform identity {purpose}"));
}
