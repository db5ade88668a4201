using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using OnePlatform.Gateway.Limits;
using OnePlatform.ServiceDefaults;
using StackExchange.Redis;

namespace OnePlatform.Gateway.Credentials;

/// <summary>
/// Grants that other instances obtained, in Redis for a minute. A value can be read only by who has the credential itself: its
/// key is derived from it. Evictions are marks beside the grants, so news that one instance heard holds for all.
/// </summary>
internal sealed partial class SharedGrants(
    IConnectionMultiplexer redis, Evictions evictions, IOptions<LimitOptions> limits, TimeProvider clock, ILogger<SharedGrants> logger)
{
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_markLifetime = TimeSpan.FromMinutes(10);

    public async Task<Grant?> FindAsync(CredentialHash hash, PresentedCredential credential)
    {
        try
        {
            var database = redis.GetDatabase();
            byte[]? value = await database.StringGetAsync(KeyOf(hash));
            if (value is null || Decrypt(value, credential) is not { } stored)
            {
                return null;
            }

            var grant = new Grant(stored.Answer, stored.IssuedAt, limits.Value, clock);
            var marks = await database.StringGetAsync([.. grant.Tags.Select(MarkOf)]);
            return marks.All(mark => mark.IsNull) && evictions.HoldsShared(grant) ? grant : null;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(exception);
            return null;
        }
    }

    public async Task KeepAsync(CredentialHash hash, PresentedCredential credential, Grant grant)
    {
        var lifetime = TimeSpan.FromTicks(Math.Min(s_lifetime.Ticks, (grant.Answer.ExpiresAt - clock.GetUtcNow()).Ticks));
        if (lifetime <= TimeSpan.Zero)
        {
            return;
        }

        try
        {
            await redis.GetDatabase().StringSetAsync(KeyOf(hash), Encrypt(new StoredGrant(grant.Answer, grant.IssuedAt), credential), lifetime);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(exception);
        }
    }

    /// <summary>No stored grant that depends on one of <paramref name="tags"/> is used again, nor one that is being stored now.</summary>
    public async Task EvictAsync(IReadOnlyCollection<Guid> tags)
    {
        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(tags.Select(tag => database.StringSetAsync(MarkOf(tag), 1, s_markLifetime)));
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogAway(exception);
        }
    }

    private static RedisKey KeyOf(CredentialHash hash) => $"gateway:grant:{hash}";

    private static RedisKey MarkOf(Guid tag) => $"gateway:evicted:{tag:N}";

    private static byte[] Encrypt(StoredGrant stored, PresentedCredential credential)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(stored, ApiJson.Options);
        var value = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(value.AsSpan(0, NonceSize));
        using var aes = new AesGcm(KeyFrom(credential), TagSize);
        aes.Encrypt(value.AsSpan(0, NonceSize), plain, value.AsSpan(NonceSize + TagSize), value.AsSpan(NonceSize, TagSize));
        return value;
    }

    private static StoredGrant? Decrypt(byte[] value, PresentedCredential credential)
    {
        if (value.Length < NonceSize + TagSize)
        {
            return null;
        }

        var plain = new byte[value.Length - NonceSize - TagSize];
        try
        {
            using var aes = new AesGcm(KeyFrom(credential), TagSize);
            aes.Decrypt(value.AsSpan(0, NonceSize), value.AsSpan(NonceSize + TagSize), value.AsSpan(NonceSize, TagSize), plain);
            return JsonSerializer.Deserialize<StoredGrant>(plain, ApiJson.Options);
        }
        catch (Exception exception) when (exception is CryptographicException or JsonException)
        {
            // Written by somebody who did not have the credential, or by another version: as good as nothing.
            return null;
        }
    }

    private static byte[] KeyFrom(PresentedCredential credential)
        => HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(credential.Value), 32, info: "oneplatform gateway grant"u8.ToArray());

    [LoggerMessage(LogLevel.Warning, "Grants cannot be shared through Redis.")]
    private partial void LogAway(Exception exception);

    private sealed record StoredGrant(ExchangeAnswer Answer, DateTimeOffset IssuedAt);
}
