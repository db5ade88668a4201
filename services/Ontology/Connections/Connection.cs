using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Ontology.Connections;

/// <summary>The table of connections. Reads and writes are SQL of the stores; this is its shape.</summary>
internal sealed class Connection
{
    public const string IsUnique = "ix_connections_ends";

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required Guid FromId { get; init; }

    public required Guid ToId { get; init; }

    public required string Type { get; init; }

    /// <summary>A JSON object.</summary>
    public required string Metadata { get; init; }

    public double? Strength { get; init; }

    public DateTimeOffset? ValidFrom { get; init; }

    public DateTimeOffset? ValidTo { get; init; }

    public Guid? CreatedBy { get; init; }

    public long Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>The thing whose archiving archived this connection too, and whose restoring brings it back.</summary>
    public Guid? ArchivedWith { get; init; }
}

internal sealed class ConnectionConfiguration : IEntityTypeConfiguration<Connection>
{
    public void Configure(EntityTypeBuilder<Connection> builder)
    {
        builder.ToTable("connections");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.Type).HasMaxLength(60);
        builder.Property(c => c.Metadata).HasColumnType("jsonb");
        builder.HasIndex(c => new { c.GroupId, c.Id });
        builder.HasIndex(c => new { c.FromId, c.Type, c.ToId }).IsUnique().HasFilter("archived_at is null").HasDatabaseName(Connection.IsUnique);
        builder.HasIndex(c => new { c.ToId, c.Type, c.FromId }).HasFilter("archived_at is null");
        builder.HasIndex(c => c.ArchivedWith).HasFilter("archived_with is not null");
    }
}
