using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Ontology.People;

/// <summary>What this service knows of a user: a copy that follows Identity by event.</summary>
internal sealed class KnownUser
{
    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public required string Email { get; set; }

    public bool EmailVerified { get; set; }

    public bool Deleted { get; set; }

    public long Version { get; set; }
}

internal sealed class KnownUserConfiguration : IEntityTypeConfiguration<KnownUser>
{
    public void Configure(EntityTypeBuilder<KnownUser> builder)
    {
        builder.ToTable("users");
        builder.HasKey(u => u.Id);
        builder.Property(u => u.Name).HasMaxLength(200);
        builder.Property(u => u.Email).HasMaxLength(320);
        builder.HasIndex(u => u.Email);
    }
}
