using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace OnePlatform.Messaging;

/// <summary>Proof that a handler has done its work for an event; written in the transaction of that work.</summary>
public sealed class InboxEntry(string handler, Guid eventId, DateTimeOffset handledAt)
{
    /// <summary>Name of the handler. Renaming it makes every past event look new to it.</summary>
    public string Handler { get; private set; } = handler;

    /// <summary>The event's id.</summary>
    public Guid EventId { get; private set; } = eventId;

    /// <summary>When, UTC. Rows older than the broker's longest redelivery may be deleted.</summary>
    public DateTimeOffset HandledAt { get; private set; } = handledAt;
}

internal sealed class InboxEntryConfiguration : IEntityTypeConfiguration<InboxEntry>
{
    public const string PrimaryKey = "pk_inbox";

    public void Configure(EntityTypeBuilder<InboxEntry> builder)
    {
        builder.ToTable("inbox");
        builder.HasKey(e => new { e.Handler, e.EventId }).HasName(PrimaryKey);
        builder.Property(e => e.Handler).HasMaxLength(100);
        builder.HasIndex(e => e.HandledAt);
    }
}

/// <summary>Tells a repeated delivery from a real failure.</summary>
public static class DuplicateDelivery
{
    /// <summary>True when the inbox already holds the entry, that is, another delivery of the same event was committed.</summary>
    public static bool IsDuplicateDelivery(this DbUpdateException exception) => exception.InnerException is PostgresException
    {
        SqlState: PostgresErrorCodes.UniqueViolation,
        ConstraintName: InboxEntryConfiguration.PrimaryKey,
    };
}
