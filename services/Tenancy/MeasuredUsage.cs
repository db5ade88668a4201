using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Contracts;

namespace OnePlatform.Tenancy;

/// <summary>What a key, or the people of a group, used on one day (UTC): a copy that follows by <see cref="UsageMeasured"/>.</summary>
public sealed class MeasuredUsage
{
    public const string Table = "measured_usage";

    /// <summary>In place of a key for what belongs to none.</summary>
    public static readonly Guid NoKey = Guid.Empty;

    public required Guid GroupId { get; init; }

    /// <summary>One of <see cref="UsageMetrics"/>.</summary>
    public required string Metric { get; init; }

    public required DateOnly Day { get; init; }

    public required Guid KeyId { get; init; }

    /// <summary>The service that counted.</summary>
    public required string Source { get; init; }

    public required long Amount { get; init; }

    public required DateTimeOffset MeasuredAt { get; init; }
}

public sealed class MeasuredUsageConfiguration : IEntityTypeConfiguration<MeasuredUsage>
{
    public void Configure(EntityTypeBuilder<MeasuredUsage> builder)
    {
        builder.ToTable(MeasuredUsage.Table);
        builder.HasKey(u => new { u.GroupId, u.Metric, u.Day, u.KeyId, u.Source });
        builder.Property(u => u.Metric).HasMaxLength(30);
        builder.Property(u => u.Source).HasMaxLength(30);
    }
}
