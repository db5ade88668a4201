using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Knowledge.Records;

namespace OnePlatform.Knowledge.Links;

/// <summary>What a row of knowledge is to a thing. Goes with the row.</summary>
internal sealed class ThingLink
{
    public const string Table = "thing_links";

    public required Guid GroupId { get; init; }

    public required Guid ThingId { get; init; }

    public required Guid KnowledgeId { get; init; }

    public required string Role { get; init; }

    public Guid? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ThingLinkConfiguration : IEntityTypeConfiguration<ThingLink>
{
    public void Configure(EntityTypeBuilder<ThingLink> builder)
    {
        builder.ToTable(ThingLink.Table);
        builder.HasKey(l => new { l.GroupId, l.ThingId, l.KnowledgeId, l.Role });
        builder.Property(l => l.Role).HasMaxLength(20);
        builder.HasOne<KnowledgeRecord>().WithMany().HasForeignKey(l => l.KnowledgeId).OnDelete(DeleteBehavior.Cascade);
    }
}
