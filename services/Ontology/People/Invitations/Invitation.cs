using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Ontology.People.Invitations;

/// <summary>The offer of a place in a group, to the owner of an e-mail address. Only the hash of its link's secret is kept.</summary>
internal sealed class Invitation
{
    public const string OnePending = "ix_invitations_pending";

    private const int SecretBytes = 32;

    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    /// <summary>In lower case.</summary>
    public required string Email { get; init; }

    public string? Name { get; init; }

    public required string Role { get; init; }

    public required string TokenHash { get; init; }

    /// <summary>The hash of the secret in the mail's link, which Identity makes; null until the mail is on its way.</summary>
    public string? MailedTokenHash { get; private set; }

    public Guid? InvitedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public Guid? AcceptedBy { get; private set; }

    /// <summary>Accepted, withdrawn, or replaced by a later one; set once.</summary>
    public DateTimeOffset? ClosedAt { get; private set; }

    public bool IsOpenAt(DateTimeOffset now) => ClosedAt is null && ExpiresAt > now;

    public void Close(DateTimeOffset now, Guid? acceptedBy = null) => (ClosedAt, AcceptedBy) = (now, acceptedBy);

    public static string NewToken() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>SHA-256 in lower-case hexadecimal, as Identity states it with a sign-up.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static string Normalize(string email) => email.Trim().ToLowerInvariant();
}

internal sealed class InvitationConfiguration : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> builder)
    {
        builder.ToTable("invitations");
        builder.HasKey(i => i.Id);
        builder.Property(i => i.Email).HasMaxLength(320);
        builder.Property(i => i.Name).HasMaxLength(200);
        builder.Property(i => i.Role).HasMaxLength(20);
        builder.Property(i => i.TokenHash).HasMaxLength(64);
        builder.Property(i => i.MailedTokenHash).HasMaxLength(64);
        // Whoever closes it first is the only one.
        builder.Property(i => i.ClosedAt).IsConcurrencyToken();
        builder.HasIndex(i => i.TokenHash).IsUnique();
        builder.HasIndex(i => i.MailedTokenHash).IsUnique();
        builder.HasIndex(i => new { i.GroupId, i.Email }).IsUnique().HasFilter("closed_at is null").HasDatabaseName(Invitation.OnePending);
    }
}
