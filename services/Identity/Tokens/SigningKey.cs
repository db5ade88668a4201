using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.Tokens;

/// <summary>A P-256 key that signs access tokens for a while and is published until the last of them has ended.</summary>
internal sealed class SigningKey
{
    /// <summary>The <c>kid</c>: a digest of the public key.</summary>
    public required string Id { get; init; }

    /// <summary>SubjectPublicKeyInfo.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>PKCS #8, sealed with the configured secret.</summary>
    public required byte[] PrivateKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Signs from now on. Published before, so that every service knows the key before it meets it.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Signs no more.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    public required DateTimeOffset PublishedUntil { get; init; }
}

internal sealed class SigningKeyConfiguration : IEntityTypeConfiguration<SigningKey>
{
    public void Configure(EntityTypeBuilder<SigningKey> builder)
    {
        builder.ToTable("signing_keys");
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Id).HasMaxLength(64);
    }
}
