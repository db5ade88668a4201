using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;

namespace OnePlatform.Ontology.Things;

/// <summary>The table of things. Reads and writes are SQL of the stores; this is its shape.</summary>
internal sealed class Thing
{
    public const string ExternalIdIsUnique = "ix_things_external_id";
    public const int LongestExternalId = 200;

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    /// <summary>A JSON object.</summary>
    public required string Properties { get; init; }

    public required string Status { get; init; }

    public string? ExternalId { get; init; }

    public Guid? CreatedBy { get; init; }

    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }

    public NpgsqlTsVector Search { get; init; } = null!;
}

internal sealed class ThingConfiguration : IEntityTypeConfiguration<Thing>
{
    public void Configure(EntityTypeBuilder<Thing> builder)
    {
        builder.ToTable("things");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Type).HasMaxLength(60);
        builder.Property(t => t.Name).HasMaxLength(500);
        builder.Property(t => t.Status).HasMaxLength(20);
        builder.Property(t => t.ExternalId).HasMaxLength(Thing.LongestExternalId);
        builder.Property(t => t.Properties).HasColumnType("jsonb");
        builder.Property(t => t.Search).HasComputedColumnSql(
            """setweight(to_tsvector('simple', name), 'A') || jsonb_to_tsvector('simple', properties, '["string"]')""", stored: true);

        // No foreign key to the group: groups are archived, never deleted, and the key would make every writer of a busy group
        // lock the same row. Each list begins with its group and ends with the id, so that a page is a range of one index.
        builder.HasIndex(t => new { t.GroupId, t.Id });
        builder.HasIndex(t => new { t.GroupId, t.Type, t.Id });
        builder.HasIndex(t => new { t.GroupId, t.UpdatedAt, t.Id });
        builder.HasIndex(t => new { t.GroupId, t.ExternalId }).IsUnique().HasFilter("external_id is not null").HasDatabaseName(Thing.ExternalIdIsUnique);
        builder.HasIndex(t => new { t.GroupId, t.Properties }).HasMethod("gin").HasOperators("uuid_ops", "jsonb_path_ops").HasDatabaseName("ix_things_properties");
        builder.HasIndex(t => new { t.GroupId, t.Search }).HasMethod("gin").HasDatabaseName("ix_things_search");
    }
}
