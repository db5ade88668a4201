using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Things;

/// <summary>The last version of a thing that was indexed, or seen to be archived; an older one that comes late is ignored.</summary>
internal sealed class ThingState
{
    public const string Table = "thing_states";

    public required Guid ThingId { get; init; }

    public required Guid GroupId { get; init; }

    public long Version { get; init; }

    /// <summary>Of the text that is indexed; null while the thing is archived.</summary>
    public string? ContentHash { get; init; }
}

internal sealed class ThingStateConfiguration : IEntityTypeConfiguration<ThingState>
{
    public void Configure(EntityTypeBuilder<ThingState> builder)
    {
        builder.ToTable(ThingState.Table);
        builder.HasKey(s => s.ThingId);
        builder.Property(s => s.ContentHash).HasMaxLength(64);
        builder.HasIndex(s => s.GroupId);
    }
}
