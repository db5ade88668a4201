using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using OnePlatform.Events.Webhooks;

namespace OnePlatform.Events.Delivery;

/// <summary>One event on its way to one webhook. The event itself stays in the log and is read when it is sent.</summary>
internal sealed class WebhookDelivery
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Failed = "failed";

    public required Guid WebhookId { get; init; }

    public required Guid EventId { get; init; }

    /// <summary>The webhook's group.</summary>
    public required Guid GroupId { get; init; }

    public required string Type { get; init; }

    public long? Position { get; init; }

    /// <summary>What must arrive in order: the event's target, or the event alone.</summary>
    public required Guid OrderKey { get; init; }

    public required string Status { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset DueAt { get; init; }

    /// <summary>An instance is at it; should it die, another may begin after this time.</summary>
    public DateTimeOffset? ClaimedUntil { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }

    public required string Log { get; init; }
}

/// <summary>Up to which position a group's events were handed to a webhook.</summary>
internal sealed class WebhookCursor
{
    public required Guid WebhookId { get; init; }

    public required Guid GroupId { get; init; }

    public long Position { get; init; }
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries");
        builder.HasKey(d => new { d.WebhookId, d.EventId });
        builder.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);
        builder.Property(d => d.Log).HasColumnType("jsonb").HasDefaultValueSql("'[]'");
        builder.HasIndex(d => new { d.WebhookId, d.CreatedAt, d.EventId });
        builder.HasIndex(d => new { d.WebhookId, d.Position }, "ix_webhook_deliveries_due").HasFilter("status = 'pending'")
            .HasDatabaseName("ix_webhook_deliveries_due");
        builder.HasIndex(d => new { d.WebhookId, d.OrderKey, d.Position }, "ix_webhook_deliveries_pending").HasFilter("status = 'pending'")
            .HasDatabaseName("ix_webhook_deliveries_pending");
    }
}

internal sealed class WebhookCursorConfiguration : IEntityTypeConfiguration<WebhookCursor>
{
    public void Configure(EntityTypeBuilder<WebhookCursor> builder)
    {
        builder.ToTable("webhook_cursors");
        builder.HasKey(c => new { c.WebhookId, c.GroupId });
        builder.HasOne<Webhook>().WithMany().HasForeignKey(c => c.WebhookId).OnDelete(DeleteBehavior.Cascade);
    }
}
