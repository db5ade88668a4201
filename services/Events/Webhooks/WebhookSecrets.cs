using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace OnePlatform.Events.Webhooks;

/// <summary>Makes the secrets of webhooks and seals them for the table: AES-256-GCM, bound to the webhook they belong to.</summary>
internal sealed class WebhookSecrets(IOptions<WebhookOptions> options)
{
    public const string Prefix = "whsec_";
    private const int Bytes = 32;

    private static readonly int s_nonce = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int s_tag = AesGcm.TagByteSizes.MaxSize;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(options.Value.EncryptionSecret), 32, info: "oneplatform events webhook secrets"u8.ToArray());

    /// <returns>A new secret as it is shown, and as it is kept.</returns>
    public (string Shown, byte[] Sealed) Make(Guid webhook)
    {
        var secret = RandomNumberGenerator.GetBytes(Bytes);
        return (Prefix + Convert.ToBase64String(secret), Seal(secret, webhook));
    }

    /// <exception cref="AuthenticationTagMismatchException">Sealed under another key or for another webhook, or changed since.</exception>
    public byte[] Open(ReadOnlySpan<byte> kept, Guid webhook)
    {
        using var aes = new AesGcm(_key, s_tag);
        var secret = new byte[kept.Length - s_nonce - s_tag];
        aes.Decrypt(kept[..s_nonce], kept[(s_nonce + s_tag)..], kept.Slice(s_nonce, s_tag), secret, webhook.ToByteArray());
        return secret;
    }

    private byte[] Seal(byte[] secret, Guid webhook)
    {
        using var aes = new AesGcm(_key, s_tag);
        var kept = new byte[s_nonce + s_tag + secret.Length];
        RandomNumberGenerator.Fill(kept.AsSpan(0, s_nonce));
        aes.Encrypt(kept.AsSpan(0, s_nonce), secret, kept.AsSpan(s_nonce + s_tag), kept.AsSpan(s_nonce, s_tag), webhook.ToByteArray());
        return kept;
    }
}
