using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.Tokens;

/// <summary>The signing keys as this process knows them: one that signs, and all that are published.</summary>
internal sealed class SigningKeyRing(SigningKeyStore store, DerivedKeys secrets, TimeProvider clock)
{
    private static readonly TimeSpan s_signs = TimeSpan.FromDays(90);
    private static readonly TimeSpan s_publishedAhead = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_publishedAfter = TimeSpan.FromHours(24);
    private volatile Snapshot? _known;

    public SigningCredentials Current => Known.Current;

    /// <summary>A JSON Web Key Set, RFC 7517.</summary>
    public string PublicSet => Known.PublicSet;

    public SecurityKey? Find(string keyId) => Known.Keys.GetValueOrDefault(keyId);

    private Snapshot Known => _known ?? throw new InvalidOperationException("The signing keys have not been read yet.");

    /// <summary>Reads the keys, and makes the next one when the present one nears its end.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var keys = await store.ListAsync(now, cancellationToken);
        var lastSigningTime = keys.Count == 0 ? now : keys.Max(k => k.NotAfter);
        if (lastSigningTime - now < s_publishedAhead)
        {
            await store.AddAsync(Make(now, lastSigningTime > now ? lastSigningTime : now), cancellationToken);
            keys = await store.ListAsync(now, cancellationToken);
        }

        _known = Read(keys, now);
    }

    private SigningKey Make(DateTimeOffset now, DateTimeOffset notBefore)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var id = Base64Url.EncodeToString(SHA256.HashData(publicKey).AsSpan(0, 16));
        return new SigningKey
        {
            Id = id,
            PublicKey = publicKey,
            PrivateKey = secrets.Seal(key.ExportPkcs8PrivateKey(), id),
            CreatedAt = now,
            NotBefore = notBefore,
            NotAfter = notBefore + s_signs,
            PublishedUntil = notBefore + s_signs + s_publishedAfter,
        };
    }

    private Snapshot Read(IReadOnlyList<SigningKey> keys, DateTimeOffset now)
    {
        var current = keys.Where(k => k.NotBefore <= now).MaxBy(k => k.NotBefore)!;
        var signer = ECDsa.Create();
        signer.ImportPkcs8PrivateKey(secrets.Open(current.PrivateKey, current.Id), out _);
        return new Snapshot(
            new SigningCredentials(new ECDsaSecurityKey(signer) { KeyId = current.Id }, SecurityAlgorithms.EcdsaSha256),
            keys.ToDictionary(k => k.Id, SecurityKey (k) => new ECDsaSecurityKey(PublicPart(k)) { KeyId = k.Id }, StringComparer.Ordinal),
            JsonSerializer.Serialize(new { keys = keys.Select(AsJsonWebKey) }));
    }

    private static object AsJsonWebKey(SigningKey key)
    {
        using var publicKey = PublicPart(key);
        var point = publicKey.ExportParameters(includePrivateParameters: false).Q;
        return new
        {
            kty = "EC",
            crv = "P-256",
            alg = SecurityAlgorithms.EcdsaSha256,
            use = "sig",
            kid = key.Id,
            x = Base64Url.EncodeToString(point.X),
            y = Base64Url.EncodeToString(point.Y),
        };
    }

    private static ECDsa PublicPart(SigningKey key)
    {
        var publicKey = ECDsa.Create();
        publicKey.ImportSubjectPublicKeyInfo(key.PublicKey, out _);
        return publicKey;
    }

    private sealed record Snapshot(SigningCredentials Current, Dictionary<string, SecurityKey> Keys, string PublicSet);
}
