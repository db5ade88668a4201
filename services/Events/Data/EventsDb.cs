using Microsoft.EntityFrameworkCore;
using OnePlatform.Events.Delivery;
using OnePlatform.Events.Retention;
using OnePlatform.Events.Webhooks;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Events.Data;

/// <summary>
/// What Entity Framework knows of this database. The log itself is plain SQL (<see cref="LogTables"/>): EF has no words for
/// partitions, nor for moving rows from one table to another while numbering them.
/// </summary>
internal sealed class EventsDb(DbContextOptions<EventsDb> options) : TenantDb(options)
{
    public DbSet<Webhook> Webhooks => Set<Webhook>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.AddOutboxAndInbox();
        modelBuilder.ApplyConfiguration(new GroupNodeConfiguration());
        modelBuilder.ApplyConfiguration(new WebhookConfiguration());
        modelBuilder.ApplyConfiguration(new WebhookDeliveryConfiguration());
        modelBuilder.ApplyConfiguration(new WebhookCursorConfiguration());
        modelBuilder.ApplyConfiguration(new RetentionConfiguration());
    }
}
