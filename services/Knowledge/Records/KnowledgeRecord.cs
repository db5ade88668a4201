using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Records;

/// <summary>One row of knowledge. Written by <see cref="Index.RecordWriter"/>; the record is the table's shape.</summary>
internal sealed record KnowledgeRecord
{
    public const string Table = "knowledge";

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    /// <summary>One of <see cref="KnowledgeTypes"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Of a document and its chunks, or the name of the thing a chunk was made of.</summary>
    public string? Title { get; init; }

    public string? Text { get; init; }

    public string[] Labels { get; init; } = [];

    /// <summary>A JSON object.</summary>
    public string Metadata { get; init; } = "{}";

    public Guid? ThingId { get; init; }

    public Guid? DocumentId { get; init; }

    public int? ChunkIndex { get; init; }

    /// <summary>Where a chunk stands in the text of its document, in UTF-16 units.</summary>
    public int? StartOffset { get; init; }

    public int? EndOffset { get; init; }

    public int? TokenCount { get; init; }

    /// <summary>Headings above the beginning of a chunk, outermost first.</summary>
    public string? Section { get; init; }

    /// <summary>What a document was read from.</summary>
    public string? Format { get; init; }

    /// <summary>Kind, start, end and level of each block of a document, in a row: what chunks are cut along.</summary>
    public int[]? Blocks { get; init; }

    /// <summary>SHA-256 of the text.</summary>
    public string? ContentHash { get; init; }

    public string? EmbeddingModel { get; init; }

    public int? EmbeddingDimensions { get; init; }

    /// <summary>Made of a thing, follows it and goes with it.</summary>
    public bool FollowsThing { get; init; }

    public Guid? CreatedBy { get; init; }

    public long Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The four types of knowledge.</summary>
internal static class KnowledgeTypes
{
    public const string Label = "label";
    public const string Document = "document";
    public const string Chunk = "chunk";
    public const string VectorOnly = "vector_only";

    public static readonly string[] All = [Label, Document, Chunk, VectorOnly];
}

internal sealed class KnowledgeRecordConfiguration : IEntityTypeConfiguration<KnowledgeRecord>
{
    public void Configure(EntityTypeBuilder<KnowledgeRecord> builder)
    {
        builder.ToTable(KnowledgeRecord.Table);
        builder.HasKey(k => k.Id);
        builder.Property(k => k.Type).HasMaxLength(20);
        builder.Property(k => k.Title).HasMaxLength(500);
        builder.Property(k => k.Metadata).HasColumnType("jsonb");
        builder.Property(k => k.Section).HasMaxLength(2000);
        builder.Property(k => k.Format).HasMaxLength(20);
        builder.Property(k => k.ContentHash).HasMaxLength(64);
        builder.Property(k => k.EmbeddingModel).HasMaxLength(100);
        builder.HasIndex(k => new { k.GroupId, k.Id });
        builder.HasIndex(k => new { k.GroupId, k.Type, k.Id });
        // Two runs of one job cannot both add a chunk: the second fails as a whole.
        builder.HasIndex(k => new { k.DocumentId, k.ChunkIndex, k.ContentHash }).IsUnique().HasFilter("document_id is not null");
        builder.HasOne<KnowledgeRecord>().WithMany().HasForeignKey(k => k.DocumentId).OnDelete(DeleteBehavior.NoAction);
        builder.HasIndex(k => k.ThingId).HasFilter("thing_id is not null");
        builder.HasIndex(k => k.Labels).HasMethod("gin");
    }
}
