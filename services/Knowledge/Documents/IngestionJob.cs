using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Knowledge.Documents;

/// <summary>The indexing of one document, once. Claimed by one instance for a while; whoever dies loses the claim, not the work.</summary>
internal sealed class IngestionJob
{
    public const string Table = "ingestion_jobs";

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required Guid DocumentId { get; init; }

    /// <summary>One of <see cref="JobStates"/>.</summary>
    public required string State { get; init; }

    public int Chunks { get; init; }

    public int Added { get; init; }

    public int Kept { get; init; }

    public int Removed { get; init; }

    public int Attempts { get; init; }

    /// <summary>Until then no other instance takes it.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    public string? ErrorCode { get; init; }

    public string? Error { get; init; }

    public Guid? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal static class JobStates
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Completed = "completed";
    public const string Failed = "failed";
}

internal sealed class IngestionJobConfiguration : IEntityTypeConfiguration<IngestionJob>
{
    public void Configure(EntityTypeBuilder<IngestionJob> builder)
    {
        builder.ToTable(IngestionJob.Table);
        builder.HasKey(j => j.Id);
        builder.Property(j => j.State).HasMaxLength(20);
        builder.Property(j => j.ErrorCode).HasMaxLength(60);
        builder.Property(j => j.Error).HasMaxLength(1000);
        builder.HasIndex(j => j.DocumentId);
        builder.HasIndex(j => j.CreatedAt).HasFilter("state in ('queued', 'running')").HasDatabaseName("ix_ingestion_jobs_open");
    }
}
