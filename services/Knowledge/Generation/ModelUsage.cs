using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Generation;

/// <summary>What a group has asked of the language model in a month (UTC).</summary>
internal sealed class ModelUsage
{
    public const string Table = "model_usage";

    public required Guid GroupId { get; init; }

    /// <summary>Its first day.</summary>
    public required DateOnly Month { get; init; }

    public long Requests { get; init; }

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class ModelUsageConfiguration : IEntityTypeConfiguration<ModelUsage>
{
    public void Configure(EntityTypeBuilder<ModelUsage> builder)
    {
        builder.ToTable(ModelUsage.Table);
        builder.HasKey(u => new { u.GroupId, u.Month });
    }
}
