using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Identity.Usage;

/// <summary>What one key, or the people of a group, used on one day (UTC).</summary>
internal sealed class UsageDay
{
    /// <summary>In place of a key for what people did themselves.</summary>
    public static readonly Guid People = Guid.Empty;

    public required Guid GroupId { get; init; }

    public required DateOnly Day { get; init; }

    public required Guid KeyId { get; init; }

    /// <summary>Requests that the gateway let through.</summary>
    public required long Calls { get; init; }
}

internal sealed class UsageDayConfiguration : IEntityTypeConfiguration<UsageDay>
{
    public void Configure(EntityTypeBuilder<UsageDay> builder)
    {
        builder.ToTable("usage_days");
        builder.HasKey(u => new { u.GroupId, u.Day, u.KeyId });
        builder.HasIndex(u => u.Day);
    }
}
