using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Ontology.Things;

/// <summary>What one change made of a thing. The thing as it was created is what is left when all of them are undone.</summary>
internal sealed class ThingRevision
{
    public required Guid ThingId { get; init; }

    /// <summary>The thing's version after the change.</summary>
    public required long Version { get; init; }

    /// <summary>The id of the event log's line about it.</summary>
    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    /// <summary>The type of the event that tells of it.</summary>
    public required string Kind { get; init; }

    public Guid? ChangedBy { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>A JSON object: field to <c>{from, to}</c>.</summary>
    public required string Changes { get; init; }
}

internal sealed class ThingRevisionConfiguration : IEntityTypeConfiguration<ThingRevision>
{
    public void Configure(EntityTypeBuilder<ThingRevision> builder)
    {
        builder.ToTable("thing_revisions");
        builder.HasKey(r => new { r.ThingId, r.Version });
        builder.Property(r => r.Kind).HasMaxLength(60);
        builder.Property(r => r.Changes).HasColumnType("jsonb");
    }
}
