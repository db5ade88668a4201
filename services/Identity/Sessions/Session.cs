using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Identity.Secrets;

namespace OnePlatform.Identity.Sessions;

/// <summary>One sign-in of one person, and the family of refresh tokens that descends from it.</summary>
internal sealed class Session
{
    public required Guid Id { get; init; }

    public required Guid UserId { get; init; }

    /// <summary>Hash of the browser's cookie.</summary>
    public required byte[] CookieHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Last proof of a factor; what needs a fresh session looks here.</summary>
    public required DateTimeOffset AuthenticatedAt { get; set; }

    public required DateTimeOffset LastSeenAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public string? Ip { get; init; }

    public string? UserAgent { get; init; }

    /// <summary>The group the person chose to act in; null until there is one.</summary>
    public Guid? GroupId { get; set; }

    public int Assurance { get; set; } = 1;

    /// <summary>Authentication methods, RFC 8176.</summary>
    public required string[] Methods { get; set; }

    /// <summary>The OpenID Connect client that the session is for; null for the person's own.</summary>
    public Guid? ClientId { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    public bool IsLive(DateTimeOffset now) => RevokedAt is null && ExpiresAt > now;
}

/// <summary>Good for one exchange. Spent ones are kept, because one that comes back was copied.</summary>
internal sealed class RefreshToken
{
    public required byte[] Hash { get; init; }

    public required Guid SessionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }

    public static RefreshToken Of(Session session, OpaqueToken token, DateTimeOffset now)
        => new() { Hash = token.Hash, SessionId = session.Id, CreatedAt = now, ExpiresAt = session.ExpiresAt };
}

internal sealed class SessionConfiguration : IEntityTypeConfiguration<Session>, IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("sessions");
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Ip).HasMaxLength(64);
        builder.Property(s => s.UserAgent).HasMaxLength(256);
        builder.HasIndex(s => s.CookieHash).IsUnique();
        builder.HasIndex(s => s.UserId);
        builder.HasIndex(s => s.ClientId);
        builder.HasOne<Accounts.User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<RefreshToken> builder)
    {
        builder.ToTable("refresh_tokens");
        builder.HasKey(t => t.Hash);
        builder.HasIndex(t => t.SessionId);
        builder.HasOne<Session>().WithMany().HasForeignKey(t => t.SessionId).OnDelete(DeleteBehavior.Cascade);
    }
}
