using System.Security.Cryptography;
using System.Text.Json;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Gateway.Idempotency;

/// <summary>An answer as it is kept for repetition.</summary>
internal sealed record KeptAnswer(int Status, Dictionary<string, string?[]> Headers, byte[] Body)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    // Each answer has its own, or the server sets them.
    private static readonly HashSet<string> s_ownToEach = new(StringComparer.OrdinalIgnoreCase)
    {
        "Date", "Connection", "Keep-Alive", "Transfer-Encoding", "Content-Length", "Server", RequestId.Header, "RateLimit", "RateLimit-Policy",
    };

    public static KeptAnswer Of(HttpResponse response, ReadOnlyMemory<byte> body) => new(
        response.StatusCode,
        response.Headers.Where(header => !s_ownToEach.Contains(header.Key)).ToDictionary(header => header.Key, header => header.Value.ToArray()),
        body.ToArray());

    public async Task RepeatAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        foreach (var (name, values) in Headers)
        {
            response.Headers[name] = values;
        }

        response.Headers["Idempotency-Replayed"] = "true";
        if (Body.Length > 0)
        {
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body, cancellationToken);
        }
    }

    /// <summary>An answer may hold a secret that is shown once: who can read the store must not be able to read it.</summary>
    public byte[] Lock(byte[] key)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(this, ApiJson.Options);
        var locked = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(locked.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(locked.AsSpan(0, NonceSize), plain, locked.AsSpan(NonceSize + TagSize), locked.AsSpan(NonceSize, TagSize));
        return locked;
    }

    public static KeptAnswer Unlock(ReadOnlySpan<byte> locked, byte[] key)
    {
        var plain = new byte[locked.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(locked[..NonceSize], locked[(NonceSize + TagSize)..], locked.Slice(NonceSize, TagSize), plain);
        return JsonSerializer.Deserialize<KeptAnswer>(plain, ApiJson.Options)!;
    }
}
