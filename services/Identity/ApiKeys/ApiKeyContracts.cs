using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Identity.ApiKeys;

/// <param name="Scopes">None: everything in the group except managing keys.</param>
/// <param name="Subtree">May act in the groups below its own, too.</param>
/// <param name="ExpiresAt">A year from now unless told.</param>
/// <param name="IpAllow">Addresses or networks in CIDR notation; none: everywhere.</param>
public sealed record CreateApiKeyRequest(
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    [MaxLength(50)] IReadOnlyList<string>? Scopes = null,
    bool Subtree = false,
    DateTimeOffset? ExpiresAt = null,
    KeyRateLimit? RateLimit = null,
    [MaxLength(100)] IReadOnlyList<string>? IpAllow = null);

/// <summary>What is absent stays as it is.</summary>
public sealed record UpdateApiKeyRequest(
    [StringLength(200, MinimumLength = 1)] string? Name = null,
    [MaxLength(50), MinLength(1)] IReadOnlyList<string>? Scopes = null,
    KeyRateLimit? RateLimit = null);

/// <param name="GraceSeconds">How long the old key lives on; a day unless told, and never past its own end.</param>
public sealed record RotateApiKeyRequest([Range(0, 30 * 24 * 3600)] int? GraceSeconds = null);

public sealed record VerifyApiKeyRequest([Required, StringLength(200)] string Key);

/// <param name="Requests">A minute.</param>
/// <param name="Burst">At once.</param>
public sealed record KeyRateLimit([Range(1, 100_000_000)] int Requests, [Range(1, 100_000_000)] int Burst);

/// <param name="Prefix">The first characters of the key.</param>
/// <param name="Status">active, rotated (an old key in its grace), expired or revoked.</param>
/// <param name="UseCount">How often it was exchanged for an access token, which serves for minutes.</param>
public sealed record ApiKeyResponse(
    Guid Id,
    Guid GroupId,
    string Name,
    string Prefix,
    IReadOnlyList<string> Scopes,
    bool Subtree,
    KeyRateLimit RateLimit,
    IReadOnlyList<string> IpAllow,
    string Status,
    Guid CreatedBy,
    Guid? MadeByKeyId,
    Guid? ReplacedById,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt,
    string? LastUsedIp,
    long UseCount,
    [property: System.Text.Json.Serialization.JsonIgnore] long Version)
{
    /// <summary>The key itself, in the answer that makes it and never again.</summary>
    public string? Key { get; init; }

    internal static ApiKeyResponse Of(ApiKey key, DateTimeOffset now, string? text = null) => new(
        key.Id, key.GroupId, key.Name, key.Prefix, key.Scopes, key.Subtree, new KeyRateLimit(key.RateRequests, key.RateBurst), key.IpAllow,
        key.StatusAt(now), key.CreatedBy, key.MadeByKeyId, key.ReplacedById, key.CreatedAt, key.UpdatedAt, key.ExpiresAt, key.RevokedAt,
        key.LastUsedAt, key.LastUsedIp, key.UseCount, key.Version)
    {
        Key = text,
    };
}

/// <param name="Code">VALID, NOT_FOUND, EXPIRED or REVOKED.</param>
public sealed record VerifyApiKeyResponse(bool Valid, string Code, Guid? GroupId = null, IReadOnlyList<string>? Scopes = null);
