using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>How much of a group's index Qdrant has. The entries themselves stay in PostgreSQL, so that Qdrant can be filled again.</summary>
internal sealed class QdrantState
{
    public const string Table = "qdrant_state";

    public required Guid GroupId { get; init; }

    /// <summary>The <see cref="Index.IndexState.Change"/> up to which Qdrant has everything.</summary>
    public long Change { get; init; }

    /// <summary>Names of the <see cref="QdrantSpace"/>s the group has rows in.</summary>
    public string[] Spaces { get; init; } = [];
}

internal sealed class QdrantStateConfiguration : IEntityTypeConfiguration<QdrantState>
{
    public void Configure(EntityTypeBuilder<QdrantState> builder)
    {
        builder.ToTable(QdrantState.Table);
        builder.HasKey(s => s.GroupId);
    }
}
