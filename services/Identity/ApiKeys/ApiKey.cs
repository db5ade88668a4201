using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.ApiKeys;

internal sealed class ApiKey
{
    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required string Name { get; set; }

    /// <summary>SHA-256 over pepper and key.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>The first characters of the key, for people to tell keys apart.</summary>
    public required string Prefix { get; init; }

    public required string[] Scopes { get; set; }

    /// <summary>May act in the groups below its own, too.</summary>
    public required bool Subtree { get; init; }

    public required int RateRequests { get; set; }

    public required int RateBurst { get; set; }

    /// <summary>Networks in CIDR notation; empty for everywhere.</summary>
    public required string[] IpAllow { get; init; }

    /// <summary>The person who made it, or on whose behalf a key did.</summary>
    public required Guid CreatedBy { get; init; }

    /// <summary>The key that made it, whose end is also this one's.</summary>
    public Guid? MadeByKeyId { get; set; }

    /// <summary>The key that took its place.</summary>
    public Guid? ReplacedById { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public string? LastUsedIp { get; init; }

    /// <summary>Exchanges for a token; requests in between are counted by the gateway.</summary>
    public long UseCount { get; init; }

    public long Version { get; set; } = 1;

    public string StatusAt(DateTimeOffset now) => RevokedAt is not null ? "revoked"
        : ExpiresAt <= now ? "expired"
        : ReplacedById is not null ? "rotated"
        : "active";

    /// <summary>Why it is good for nothing any more, as whoever shows it is told; null while it lives.</summary>
    public (string Code, string Detail)? EndAt(DateTimeOffset now) => StatusAt(now) switch
    {
        "revoked" => ("key_revoked", "The API key was revoked."),
        "expired" => ("key_expired", "The API key has expired."),
        _ => null,
    };
}

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.ToTable("api_keys");
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Name).HasMaxLength(200);
        builder.Property(k => k.Prefix).HasMaxLength(16);
        builder.Property(k => k.LastUsedIp).HasMaxLength(64);
        builder.Property(k => k.Version).IsConcurrencyToken();
        builder.HasIndex(k => k.Hash).IsUnique();
        builder.HasIndex(k => new { k.GroupId, k.Id });
        builder.HasIndex(k => k.MadeByKeyId);
    }
}
