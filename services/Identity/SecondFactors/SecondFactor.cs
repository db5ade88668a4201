using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.SecondFactors;

/// <summary>A person's authenticator app (TOTP, RFC 6238).</summary>
internal sealed class SecondFactor
{
    public required Guid UserId { get; init; }

    /// <summary>Sealed with the configured secret.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>Null until a first code was right.</summary>
    public DateTimeOffset? EnabledAt { get; set; }

    /// <summary>The time step of the last code that was taken; it and those before are refused.</summary>
    public long LastStep { get; set; }
}

/// <summary>Good once, in place of the app.</summary>
internal sealed class RecoveryCode
{
    public required Guid UserId { get; init; }

    public required byte[] Hash { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class SecondFactorConfiguration : IEntityTypeConfiguration<SecondFactor>, IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<SecondFactor> builder)
    {
        builder.ToTable("second_factors");
        builder.HasKey(f => f.UserId);
        builder.HasOne<Accounts.User>().WithOne().HasForeignKey<SecondFactor>(f => f.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.ToTable("recovery_codes");
        builder.HasKey(c => new { c.UserId, c.Hash });
        builder.HasOne<Accounts.User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
