using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Ontology.People.JoinRequests;

/// <summary>Somebody asks for a place in a group that lets its owners decide.</summary>
internal sealed class JoinRequest
{
    public const string OnePending = "ix_join_requests_pending";
    public const string Pending = "pending";
    public const string Approved = "approved";
    public const string Rejected = "rejected";

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required Guid PersonId { get; init; }

    public string? Message { get; init; }

    public string Status { get; private set; } = Pending;

    /// <summary>The role that came with the place.</summary>
    public string? Role { get; private set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The person or key.</summary>
    public Guid? DecidedBy { get; private set; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public void Decide(string status, string? role, Guid? by, DateTimeOffset now) => (Status, Role, DecidedBy, DecidedAt) = (status, role, by, now);
}

internal sealed class JoinRequestConfiguration : IEntityTypeConfiguration<JoinRequest>
{
    public void Configure(EntityTypeBuilder<JoinRequest> builder)
    {
        builder.ToTable("join_requests");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Message).HasMaxLength(1000);
        builder.Property(r => r.Status).HasMaxLength(20);
        builder.Property(r => r.Role).HasMaxLength(20);
        // Whoever decides first is the only one.
        builder.Property(r => r.DecidedAt).IsConcurrencyToken();
        builder.HasIndex(r => new { r.GroupId, r.PersonId }).IsUnique().HasFilter("decided_at is null").HasDatabaseName(JoinRequest.OnePending);
        builder.HasIndex(r => new { r.GroupId, r.CreatedAt, r.Id });
        builder.HasIndex(r => r.PersonId);
        builder.HasOne<Groups.Group>().WithMany().HasForeignKey(r => r.GroupId).OnDelete(DeleteBehavior.Cascade);
    }
}
