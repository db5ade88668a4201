using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.Memberships;

/// <summary>A person's place in a group, copied from the ontology by event.</summary>
internal sealed class Membership
{
    public required Guid GroupId { get; init; }

    public required Guid PersonId { get; init; }

    public required string Role { get; set; }

    public string[] Permissions { get; set; } = [];

    public bool Active { get; set; }

    public long Version { get; set; }
}

internal sealed class MembershipConfiguration : IEntityTypeConfiguration<Membership>
{
    public void Configure(EntityTypeBuilder<Membership> builder)
    {
        builder.ToTable("memberships");
        builder.HasKey(m => new { m.GroupId, m.PersonId });
        builder.Property(m => m.Role).HasMaxLength(40);
        builder.HasIndex(m => m.PersonId);
    }
}
