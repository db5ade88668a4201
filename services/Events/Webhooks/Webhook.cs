using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace OnePlatform.Events.Webhooks;

/// <summary>An address that a group wants its events sent to.</summary>
internal sealed class Webhook
{
    public const string Active = "active";
    public const string Disabled = "disabled";

    public required Guid Id { get; init; }

    public required Guid GroupId { get; init; }

    public required string Url { get; set; }

    /// <summary>Empty: every type.</summary>
    public required string[] Types { get; set; }

    /// <summary>Also the events of the descendants that allow it.</summary>
    public bool Subtree { get; init; }

    public string? Description { get; set; }

    /// <summary>Of one target, the next event is not sent before the one before it has arrived.</summary>
    public bool Ordered { get; set; }

    public string Status { get; private set; } = Active;

    /// <summary>Sealed by <see cref="WebhookSecrets"/>.</summary>
    public required byte[] Secret { get; set; }

    public byte[]? PreviousSecret { get; private set; }

    public DateTimeOffset? PreviousSecretUntil { get; private set; }

    public string? DisabledReason { get; private set; }

    /// <summary>First failure since the last success.</summary>
    public DateTimeOffset? FailingSince { get; private set; }

    /// <summary>Failures in a row, over all deliveries.</summary>
    public int Failures { get; private set; }

    /// <summary>Nothing is sent before this time: the receiver asked for a pause, or fails every time.</summary>
    public DateTimeOffset? PausedUntil { get; private set; }

    public Guid? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public long Version { get; set; } = 1;

    public void Rotate(byte[] secret, DateTimeOffset previousUntil)
        => (PreviousSecret, PreviousSecretUntil, Secret) = (Secret, previousUntil, secret);

    /// <summary>It goes on where it stopped; what happened in between is sent.</summary>
    public void Enable()
    {
        if (Status == Disabled)
        {
            (Status, DisabledReason, FailingSince, Failures, PausedUntil) = (Active, null, null, 0, null);
        }
    }

    public void Disable(string reason)
    {
        if (Status == Active)
        {
            (Status, DisabledReason) = (Disabled, reason);
        }
    }
}

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> builder)
    {
        builder.ToTable("webhooks");
        builder.Property(w => w.Version).IsConcurrencyToken();
        builder.HasIndex(w => new { w.GroupId, w.Id });
    }
}
