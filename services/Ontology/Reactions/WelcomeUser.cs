using MassTransit;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Contracts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.People.Invitations;
using OnePlatform.Ontology.Quotas;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Reactions;

/// <summary>Whoever signs up gets a group of their own, which they own.</summary>
internal sealed class WelcomeUser(OntologyDb db, QuotaGate quotas, TimeProvider clock) : IConsumer<UserRegistered>
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

        var offered = message.InviteTokenHash is { } hash
            ? await db.Invitations.AsNoTracking().FirstOrDefaultAsync(i => i.TokenHash == hash || i.MailedTokenHash == hash, cancellationToken)
            : null;
        var limit = offered is null ? null : await quotas.AskAsync(offered.GroupId, Quota.Users, 1, cancellationToken);
        await db.ChangeTreeAsync(alone: false, token => WelcomeAsync(message, offered?.Id, limit, token), cancellationToken);
    }

    private async Task<bool> WelcomeAsync(UserRegistered message, Guid? offered, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        // First, as it holds the row: a deletion is either seen here, or sees what is made here.
        await db.KeepUserAsync(message.User, cancellationToken);
        if (await db.Users.AnyAsync(u => u.Id == message.User.Id && u.Deleted, cancellationToken))
        {
            return false;
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
        await RedeemAsync(message, offered, limit, origin, now, cancellationToken);
        db.MarkHandled(Handler, message.EventId, now);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException ex) when (ex.IsDuplicateDelivery())
        {
            // Another instance committed the same sign-up after the check above; this one rolled back whole.
            return false;
        }
    }

    // The sign-up stands whether or not the invitation still does.
    private async Task RedeemAsync(
        UserRegistered message, Guid? offered, QuotaLimit? limit, EventOrigin origin, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var email = Invitation.Normalize(message.User.Email);
        var invitation = await db.Invitations.FirstOrDefaultAsync(i => i.Id == offered && i.Email == email, cancellationToken);
        if (invitation is null || !invitation.IsOpenAt(now) || !await db.HasSeatAsync(invitation.GroupId, limit, cancellationToken)
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
