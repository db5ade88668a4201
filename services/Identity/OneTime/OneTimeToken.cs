using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.OneTime;

/// <summary>A secret sent by mail, good once and for one purpose: a link and the six digits beside it.</summary>
internal sealed class OneTimeToken
{
    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>What it is good for; a token for one thing opens no other.</summary>
    public required string Purpose { get; init; }

    /// <summary>The address it was sent to, which it proves.</summary>
    public required string Email { get; init; }

    /// <summary>For a sign-in that waits for its second factor: how the first was proven.</summary>
    public string? Method { get; init; }

    public required byte[] TokenHash { get; init; }

    public byte[]? CodeHash { get; init; }

    /// <summary>Wrong codes so far: six digits are soon guessed.</summary>
    public int CodeFailures { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class OneTimeTokenConfiguration : IEntityTypeConfiguration<OneTimeToken>
{
    public void Configure(EntityTypeBuilder<OneTimeToken> builder)
    {
        builder.ToTable("one_time_tokens");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Purpose).HasMaxLength(40);
        builder.Property(t => t.Method).HasMaxLength(20);
        builder.Property(t => t.Email).HasMaxLength(254);
        builder.HasIndex(t => t.TokenHash).IsUnique();
        builder.HasIndex(t => new { t.UserId, t.Purpose });
        builder.HasOne<Accounts.User>().WithMany().HasForeignKey(t => t.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
