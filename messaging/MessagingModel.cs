using Microsoft.EntityFrameworkCore;
using OnePlatform.Contracts;

namespace OnePlatform.Messaging;

/// <summary>The outbox and inbox of a service, as part of its own DbContext.</summary>
public static class MessagingModel
{
    /// <summary>Adds the tables <c>outbox</c> and <c>inbox</c> to the model.</summary>
    public static ModelBuilder AddOutboxAndInbox(this ModelBuilder model) => model
        .ApplyConfiguration(new OutboxMessageConfiguration())
        .ApplyConfiguration(new InboxEntryConfiguration());

    /// <summary>Stores the event with the change: the next SaveChanges commits both or neither.</summary>
    public static void Publish(this DbContext db, IIntegrationEvent message) => db.Add(OutboxMessage.For(message));

    /// <summary>True when <paramref name="handler"/> has already handled the event; the quick path, the inbox key is the guarantee.</summary>
    public static Task<bool> HasHandledAsync(this DbContext db, string handler, Guid eventId, CancellationToken cancellationToken)
        => db.Set<InboxEntry>().AnyAsync(e => e.Handler == handler && e.EventId == eventId, cancellationToken);

    /// <summary>Marks the event as handled; commits with the work of the handler.</summary>
    public static void MarkHandled(this DbContext db, string handler, Guid eventId, DateTimeOffset now)
        => db.Add(new InboxEntry(handler, eventId, now));
}
