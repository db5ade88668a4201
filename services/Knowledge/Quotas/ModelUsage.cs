using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Quotas;

/// <summary>What a key, or the people of a group, asked of the language model on a day (UTC).</summary>
internal sealed class ModelUsage
{
    public const string Table = "model_usage_days";

    public required Guid GroupId { get; init; }

    public required DateOnly Day { get; init; }

    /// <summary>All zeros for what people asked.</summary>
    public required Guid KeyId { get; init; }

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
        builder.HasKey(u => new { u.GroupId, u.Day, u.KeyId });
    }
}
