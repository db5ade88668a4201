using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;

namespace OnePlatform.Messaging;

/// <summary>An integration event stored in the transaction of the change it tells of, until the relay has published it.</summary>
public sealed class OutboxMessage
{
    /// <summary>Order of insertion. A later number can commit first, so it is no cursor.</summary>
    public long Sequence { get; init; }

    /// <summary>The event's own id.</summary>
    public required Guid EventId { get; init; }

    /// <summary>Full name of the contract and its assembly.</summary>
    public required string Type { get; init; }

    /// <summary>The event as JSON.</summary>
    public required string Body { get; init; }

    /// <summary>W3C trace context of the request that stored it.</summary>
    public string? TraceParent { get; init; }

    /// <summary>When it was stored, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Not published before this time; moves on with each failure.</summary>
    public required DateTimeOffset DueAt { get; init; }

    /// <summary>Publications that failed because of the message itself.</summary>
    public int Attempts { get; init; }

    /// <summary>Set after the last attempt; such a row stays until it is redriven.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>What the last attempt said.</summary>
    public string? LastError { get; init; }

    /// <summary>The row for <paramref name="message"/>, for stores that write it by other means than a DbContext.</summary>
    public static OutboxMessage For(IIntegrationEvent message)
    {
        var type = message.GetType();
        return new OutboxMessage
        {
            EventId = message.EventId,
            Type = $"{type.FullName}, {type.Assembly.GetName().Name}",
            Body = JsonSerializer.Serialize(message, type, MessageJson.Options),
            TraceParent = Activity.Current?.Id,
            CreatedAt = message.OccurredAt,
            DueAt = message.OccurredAt,
        };
    }

    /// <summary>Stores <paramref name="message"/> beside rows that are written by SQL, in one transaction with them.</summary>
    public static NpgsqlBatchCommand InsertOf(IIntegrationEvent message)
    {
        var row = For(message);
        return new NpgsqlBatchCommand("insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts) values ($1, $2, $3, $4, $5, $5, 0)")
        {
            Parameters =
            {
                new() { Value = row.EventId },
                new() { Value = row.Type },
                new() { Value = row.Body },
                new() { Value = (object?)row.TraceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = row.CreatedAt },
            },
        };
    }
}

internal sealed class OutboxMessageConfiguration : IEntityTypeConfiguration<OutboxMessage>
{
    public void Configure(EntityTypeBuilder<OutboxMessage> builder)
    {
        builder.ToTable("outbox");
        builder.HasKey(m => m.EventId);
        // Never read back: a request may add rows that its policy does not let it see.
        builder.Property(m => m.Sequence).UseIdentityAlwaysColumn().ValueGeneratedNever().Metadata.SetBeforeSaveBehavior(PropertySaveBehavior.Ignore);
        builder.Property(m => m.Type).HasMaxLength(300);
        // Text, not jsonb: nobody queries inside, and jsonb would reorder and reparse what is only passed on.
        builder.Property(m => m.Body).HasColumnType("text");
        builder.Property(m => m.TraceParent).HasMaxLength(55);
        builder.Property(m => m.LastError).HasMaxLength(2000);
        builder.HasIndex(m => m.Sequence, "ix_outbox_pending").HasFilter("failed_at is null").HasDatabaseName("ix_outbox_pending");
        builder.HasIndex(m => m.Sequence, "ix_outbox_failed").HasFilter("failed_at is not null").HasDatabaseName("ix_outbox_failed");
    }
}
