using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>The table of the types that groups made. Reads and writes are SQL; this is its shape.</summary>
internal sealed class CustomTypeRow
{
    public const string IsUnique = "ix_custom_types_name";

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    /// <summary><c>thing</c>, <c>connection</c> or <c>event</c>.</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The definition, a JSON object by the kind.</summary>
    public required string Definition { get; init; }

    public long Version { get; init; }

    public Guid? CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class CustomTypeConfiguration : IEntityTypeConfiguration<CustomTypeRow>
{
    public void Configure(EntityTypeBuilder<CustomTypeRow> builder)
    {
        builder.ToTable("custom_types");
        builder.HasKey(t => t.Id);
        builder.Property(t => t.Kind).HasMaxLength(20);
        builder.Property(t => t.Name).HasMaxLength(100);
        // Not jsonb: the order in which a group wrote its schema is kept.
        builder.Property(t => t.Definition).HasColumnType("json");
        builder.HasIndex(t => new { t.GroupId, t.Kind, t.Name }).IsUnique().HasDatabaseName(CustomTypeRow.IsUnique);
    }
}
