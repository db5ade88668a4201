using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Identity.Contracts;

namespace OnePlatform.Identity.Accounts;

internal sealed class User
{
    public const string EmailIsUnique = "ix_users_email";

    public required Guid Id { get; init; }

    /// <summary>Normalized by <see cref="EmailAddresses"/>.</summary>
    public required string Email { get; set; }

    public required string Name { get; set; }

    /// <summary>Null for who signs in by other means only.</summary>
    public string? PasswordHash { get; set; }

    public bool EmailVerified { get; set; }

    /// <summary>Set once a first code was right: from then on no session begins without the second factor.</summary>
    public bool SecondFactorEnabled { get; set; }

    /// <summary>Closed by those who run the platform; no path opens a session.</summary>
    public DateTimeOffset? LockedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Grows with every change that other services hear of.</summary>
    public long Version { get; set; } = 1;

    public void VerifyEmail(DateTimeOffset now)
    {
        EmailVerified = true;
        Change(now);
    }

    /// <summary>Something that other services hear of is new.</summary>
    public void Change(DateTimeOffset now)
    {
        UpdatedAt = now;
        Version++;
    }

    public UserSnapshot Snapshot() => new(Id, Email, Name, EmailVerified, DeletedAt is not null, Version);
}

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users");
        builder.HasKey(u => u.Id);
        builder.Property(u => u.Email).HasMaxLength(EmailAddresses.Longest);
        builder.Property(u => u.Name).HasMaxLength(200);
        builder.Property(u => u.PasswordHash).HasMaxLength(100);
        builder.Property(u => u.Version).IsConcurrencyToken();
        builder.HasIndex(u => u.Email).IsUnique().HasDatabaseName(User.EmailIsUnique);
    }
}
