using MassTransit;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Reactions;

/// <summary>Whoever signs up gets a group of their own, which they own.</summary>
internal sealed class WelcomeUser(OntologyDb db, TimeProvider clock) : IConsumer<UserRegistered>
{
    // Stored in the inbox. Renaming it makes every past sign-up look new.
    private const string Handler = "ontology/welcome-user";

    public Task Consume(ConsumeContext<UserRegistered> context) => HandleAsync(context.Message, context.CancellationToken);

    public async Task HandleAsync(UserRegistered message, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        if (await db.HasHandledAsync(Handler, message.EventId, cancellationToken))
        {
            return;
        }

        var now = clock.GetUtcNow();
        var origin = EventOrigin.System with { OnBehalfOf = message.User.Id, RequestId = message.Origin.RequestId, TraceId = message.Origin.TraceId };
        var group = new Group
        {
            Id = Guid.CreateVersion7(now),
            Slug = await FreeSlugAsync(message.User.Name, cancellationToken),
            Name = message.User.Name.Length is > 0 and <= 200 ? message.User.Name : "Personal",
            Type = GroupTypes.Organization,
            Plan = GroupPlans.Starter,
            Settings = new GroupSettings { Visibility = "private", JoinPolicy = "invite_only" },
            Metadata = """{"personal":true}""",
            CreatedAt = now,
        }.Below(null);
        var owner = new Membership
        {
            GroupId = group.Id,
            PersonId = message.User.Id,
            Role = RoleNames.NameOf(Role.GroupOwner),
            JoinedAt = now,
            UpdatedAt = now,
        };
        db.AddRange(group, owner);
        db.Publish(GroupEvents.Created(group, origin, now));
        db.Publish(GroupEvents.Joined(owner, origin, now));
        await RedeemAsync(message, origin, now, cancellationToken);
        await db.KeepUserAsync(message.User, cancellationToken);
        db.MarkHandled(Handler, message.EventId, now);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException ex) when (ex.IsDuplicateDelivery())
        {
            // Another instance committed the same sign-up after the check above; this one rolled back whole.
        }
    }

    // The sign-up stands whether or not the invitation still does.
    private async Task RedeemAsync(UserRegistered message, EventOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var email = Invitation.Normalize(message.User.Email);
        var invitation = message.InviteTokenHash is { } hash
            ? await db.Invitations.FirstOrDefaultAsync(i => i.TokenHash == hash && i.Email == email, cancellationToken)
            : null;
        if (invitation is null || !invitation.IsOpenAt(now)
            || !await db.Groups.AnyAsync(g => g.Id == invitation.GroupId && g.Status == Group.Active, cancellationToken))
        {
            return;
        }

        if (await db.JoinAsync(invitation.GroupId, message.User.Id, invitation.Role, invitation.InvitedBy, now, cancellationToken) is { } membership)
        {
            invitation.Close(now, message.User.Id);
            db.Publish(GroupEvents.Joined(membership, origin, now));
        }
    }

    // Two people of one name at the same moment collide on the index; the retry of the delivery then finds the slug taken.
    private async Task<string> FreeSlugAsync(string name, CancellationToken cancellationToken)
    {
        var slug = Slugs.From(name);
        while (await db.Groups.AnyAsync(g => g.Slug == slug, cancellationToken))
        {
            slug = Slugs.WithSuffix(Slugs.From(name));
        }

        return slug;
    }
}
