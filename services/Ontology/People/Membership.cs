using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Ontology.Contracts;

namespace OnePlatform.Ontology.People;

/// <summary>One person's place in one group.</summary>
internal sealed class Membership
{
    public const string OnePerGroup = "pk_memberships";
    public const string NoProfile = "{}";

    public required Guid GroupId { get; init; }

    public required Guid PersonId { get; init; }

    public required string Role { get; set; }

    public string[] Permissions { get; set; } = [];

    /// <summary>A JSON object, the person's own.</summary>
    public string Profile { get; set; } = NoProfile;

    public Guid? InvitedBy { get; init; }

    public required DateTimeOffset JoinedAt { get; set; }

    public DateTimeOffset? LeftAt { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; } = 1;

    /// <summary>Whose account is gone has left, and nothing of what they said of themselves stays.</summary>
    public void Forget(DateTimeOffset now) => (Profile, LeftAt, UpdatedAt, Version) = (NoProfile, LeftAt ?? now, now, Version + 1);

    public MembershipSnapshot Snapshot() => new(GroupId, PersonId, Role, Permissions, LeftAt is null, Version);
}

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("memberships");
        builder.HasKey(m => new { m.GroupId, m.PersonId }).HasName(Membership.OnePerGroup);
        builder.Property(m => m.Role).HasMaxLength(20);
        builder.Property(m => m.Profile).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
        builder.Property(m => m.Version).IsConcurrencyToken();
        builder.HasIndex(m => m.PersonId).HasFilter("left_at is null");
        builder.HasOne<Groups.Group>().WithMany().HasForeignKey(m => m.GroupId).OnDelete(DeleteBehavior.Cascade);
    }
}
