using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// What search needs of one row: its vector, and its words with their counts. Never changed but for being removed; a row whose
/// content changes gets a new entry, so that a group's entries with a greater <see cref="Change"/> are all there is to catch up with.
/// </summary>
internal sealed class IndexEntry
{
    public const string Table = "index_entries";

    /// <summary>Ascends within a group in the order of commits.</summary>
    public long Number { get; init; }

    public required Guid GroupId { get; init; }

    public required Guid KnowledgeId { get; init; }

    /// <summary>The group's <see cref="IndexState.Change"/> that wrote or removed the entry.</summary>
    public required long Change { get; init; }

    public bool Removed { get; init; }

    /// <summary>See <see cref="StoredVector"/>.</summary>
    public byte[]? Embedding { get; init; }

    public string? EmbeddingModel { get; init; }

    public string[] Terms { get; init; } = [];

    public short[] Counts { get; init; } = [];

    public string[] Labels { get; init; } = [];

    public Guid? DocumentId { get; init; }

    public Guid? ThingId { get; init; }
}

/// <summary>How often the index of a group has changed. Its row is locked by every writer, so changes commit in their order.</summary>
internal sealed class IndexState
{
    public const string Table = "index_state";

    public required Guid GroupId { get; init; }

    public long Change { get; init; }

    /// <summary>Removals up to this change are forgotten; an older copy of the index starts again.</summary>
    public long ForgottenUpTo { get; init; }
}

internal sealed class IndexConfiguration : IEntityTypeConfiguration<IndexEntry>, IEntityTypeConfiguration<IndexState>
{
    public void Configure(EntityTypeBuilder<IndexEntry> builder)
    {
        builder.ToTable(IndexEntry.Table);
        builder.HasKey(e => e.Number);
        builder.Property(e => e.Number).UseIdentityAlwaysColumn();
        builder.Property(e => e.EmbeddingModel).HasMaxLength(100);
        builder.HasIndex(e => new { e.GroupId, e.Change });
        builder.HasIndex(e => e.KnowledgeId).IsUnique().HasFilter("not removed");
    }

    public void Configure(EntityTypeBuilder<IndexState> builder)
    {
        builder.ToTable(IndexState.Table);
        builder.HasKey(s => s.GroupId);
    }
}
