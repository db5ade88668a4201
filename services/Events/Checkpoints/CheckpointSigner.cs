using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OnePlatform.Events.Webhooks;

namespace OnePlatform.Events.Checkpoints;

/// <summary>What a checkpoint says, as it is signed.</summary>
internal sealed record CheckpointStatement(Guid Group, long Size, string RootHash);

/// <summary>Signs checkpoints, and reads those that come back.</summary>
internal sealed class CheckpointSigner : IDisposable
{
    private const string Type = "log-checkpoint+jwt";

    private static readonly JsonWebTokenHandler s_tokens = new();

    // The order of the base point of P-256; FIPS 186-5 takes it from SP 800-186.
    private static readonly BigInteger s_order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber, provider: null);

    private readonly ECDsa _key;
    private readonly ECDsaSecurityKey _signing;
    private readonly Dictionary<string, object> _header;

    public CheckpointSigner(IOptions<WebhookOptions> options)
    {
        _key = KeyFrom(options.Value.EncryptionSecret);
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new JsonWebKey { Kty = "EC", Crv = "P-256", X = Base64UrlEncoder.Encode(point.X), Y = Base64UrlEncoder.Encode(point.Y) };
        _signing = new ECDsaSecurityKey(_key)
        {
            KeyId = Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint()),
            // The cache is the process's and goes by the key's id: it would go on with a key of the same id that was disposed.
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
        _header = new Dictionary<string, object>
        {
            ["jwk"] = new Dictionary<string, object> { ["kty"] = jwk.Kty, ["crv"] = jwk.Crv, ["x"] = jwk.X, ["y"] = jwk.Y },
        };
    }

    /// <returns>JWS in its compact form: <c>sub</c> is the group, <c>size</c> the events, <c>root</c> the root hash.</returns>
    public string Sign(CheckpointStatement statement, DateTimeOffset now) => s_tokens.CreateToken(
        JsonSerializer.Serialize(new { sub = statement.Group, iat = now.ToUnixTimeSeconds(), size = statement.Size, root = statement.RootHash }),
        new SigningCredentials(_signing, SecurityAlgorithms.EcdsaSha256), new Dictionary<string, object>(_header) { ["typ"] = Type });

    /// <returns>What it says, signed by whomever; null when it is no statement at all.</returns>
    public static CheckpointStatement? Read(string statement)
    {
        if (!s_tokens.CanReadToken(statement))
        {
            return null;
        }

        try
        {
            var token = s_tokens.ReadJsonWebToken(statement);
            return token.Typ == Type && Guid.TryParse(token.Subject, out var group) && token.TryGetPayloadValue<long>("size", out var size) && size > 0
                && token.TryGetPayloadValue<string>("root", out var root) ? new CheckpointStatement(group, size, root) : null;
        }
        catch (ArgumentException)
        {
            // Three parts that are no JSON.
            return null;
        }
    }

    /// <summary>Whether it says of itself that the key which this service has now signed it.</summary>
    public bool NamesOurKey(string statement) => s_tokens.CanReadToken(statement) && s_tokens.ReadJsonWebToken(statement).Kid == _signing.KeyId;

    /// <summary>Whether this service signed it, with the key it has now.</summary>
    public async Task<bool> IsOursAsync(string statement) => (await s_tokens.ValidateTokenAsync(statement, new TokenValidationParameters
    {
        IssuerSigningKey = _signing,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = [Type],
        ValidateIssuer = false,
        ValidateAudience = false,
        ValidateLifetime = false,
        RequireExpirationTime = false,
    })).IsValid;

    public void Dispose() => _key.Dispose();

    // Every instance has the same without anybody keeping it: FIPS 186-5, A.2.1, with the derived bytes for the random ones.
    private static ECDsa KeyFrom(string secret)
    {
        var bytes = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 40, info: "oneplatform events checkpoints"u8.ToArray());
        var scalar = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true) % (s_order - 1)) + 1;
        var d = scalar.ToByteArray(isUnsigned: true, isBigEndian: true);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = [.. new byte[32 - d.Length], .. d] });
    }
}
