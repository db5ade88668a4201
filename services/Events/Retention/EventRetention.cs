using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Events.Retention;

/// <summary>How long a group wants its events kept, where it said so.</summary>
internal sealed class EventRetention
{
    public required Guid GroupId { get; init; }

    /// <summary>Null: as long as the plan allows.</summary>
    public int? Days { get; init; }

    /// <summary>Nothing is removed as long as it stands, whatever the days say.</summary>
    public bool LegalHold { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class RetentionConfiguration : IEntityTypeConfiguration<EventRetention>
{
    public void Configure(EntityTypeBuilder<EventRetention> builder)
    {
        builder.ToTable("event_retention");
        builder.HasKey(r => r.GroupId);
        builder.Property(r => r.GroupId).ValueGeneratedNever();
    }
}
