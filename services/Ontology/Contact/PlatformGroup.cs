using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;

namespace OnePlatform.Ontology.Contact;

/// <summary>The platform's own group: the only one nobody made. Who runs the platform runs it.</summary>
internal sealed class PlatformGroup(OntologyDb db, TimeProvider clock)
{
    // Known by its id, not by a slug that somebody could have taken first.
    public static readonly Guid Id = new("00000000-0000-7000-8000-000000000001");

    private const string Slug = "platform";

    /// <summary>Makes the group unless it is there; the unit of work acts in it from then on.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        db.Scope.ActIn(Id);
        if (await db.Groups.AnyAsync(g => g.Id == Id, cancellationToken))
        {
            return;
        }

        // Private and by invitation: strangers' messages stand in it.
        if (!await AddAsync(Slug, cancellationToken))
        {
            await AddAsync(Slugs.WithSuffix(Slug), cancellationToken);
        }
    }

    /// <returns>False when the slug is another group's. True also when another request made the group meanwhile.</returns>
    private async Task<bool> AddAsync(string slug, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var group = new Group
        {
            Id = Id,
            Slug = slug,
            Name = "Platform",
            Type = GroupTypes.Organization,
            Plan = GroupPlans.Enterprise,
            Settings = new GroupSettings { Visibility = "private", JoinPolicy = "invite_only" },
            Metadata = "{}",
            CreatedAt = now,
        }.Below(null);
        db.Add(group);
        db.Publish(GroupEvents.Created(group, EventOrigin.System, now));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException ex) when (ex.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } taken)
        {
            db.ChangeTracker.Clear();
            return taken.ConstraintName != Group.SlugIsUnique;
        }
    }
}
