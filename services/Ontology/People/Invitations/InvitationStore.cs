using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Quotas;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.People.Invitations;

internal enum InvitationRefusal
{
    AlreadyMember,
    AlreadyInvited,
    GroupArchived,
    Absent,
    Expired,
    Used,
    OtherAddress,
    NoSeat,
}

internal readonly record struct InvitationOutcome<T>(T? Value, InvitationRefusal? Refusal)
{
    public static implicit operator InvitationOutcome<T>(InvitationRefusal refusal) => new(default, refusal);

    public static implicit operator InvitationOutcome<T>(T value) => new(value, null);
}

internal sealed class InvitationStore(OntologyDb db, QuotaGate quotas, RequestOrigin origin, TimeProvider clock, IOptions<PlatformOptions> platform)
{
    /// <summary>An invitation nobody has answered.</summary>
    public async Task<InvitationResponse?> FindAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
        => await db.Invitations.AsNoTracking()
            .FirstOrDefaultAsync(i => i.Id == id && i.GroupId == groupId && i.ClosedAt == null, cancellationToken) is { } invitation
            ? ResponseOf(invitation, clock.GetUtcNow())
            : null;

    public async Task<InvitationOutcome<InvitationResponse>> InviteAsync(
        Caller caller, Guid groupId, InvitePersonRequest request, Role role, CancellationToken cancellationToken)
    {
        var email = Invitation.Normalize(request.Email);
        var group = await db.Groups.FirstOrDefaultAsync(g => g.Id == groupId, cancellationToken);
        if (group is not { IsActive: true })
        {
            return InvitationRefusal.GroupArchived;
        }

        // Of the users a request sees only those who share a group with it.
        if (await db.Memberships.AnyAsync(
            m => m.GroupId == groupId && m.LeftAt == null && db.Users.Any(u => u.Id == m.PersonId && u.Email == email), cancellationToken))
        {
            return InvitationRefusal.AlreadyMember;
        }

        var now = clock.GetUtcNow();
        var expired = await db.Invitations
            .Where(i => i.GroupId == groupId && i.Email == email && i.ClosedAt == null && i.ExpiresAt <= now)
            .ToListAsync(cancellationToken);
        expired.ForEach(i => i.Close(now));
        var token = Invitation.NewToken();
        var invitation = new Invitation
        {
            Id = Guid.CreateVersion7(now),
            GroupId = groupId,
            Email = email,
            Name = request.Name,
            Role = RoleNames.NameOf(role),
            TokenHash = Invitation.HashOf(token),
            InvitedBy = caller.PersonId,
            CreatedAt = now,
            ExpiresAt = now + Invitation.Lifetime,
        };
        db.Add(invitation);
        db.Publish(PersonEvents.Invited(invitation, group.Name, origin.Current, now));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException ex) when (ex.IsTaken(Invitation.OnePending))
        {
            return InvitationRefusal.AlreadyInvited;
        }

        return ResponseOf(invitation, now) with
        {
            InviteUrl = new Uri(platform.Value.PublicUrl, $"/account/accept-invitation?token={token}"),
            InviteToken = token,
        };
    }

    /// <returns>False when there is none to withdraw.</returns>
    public async Task<bool> WithdrawAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        if (await db.Invitations.FirstOrDefaultAsync(i => i.Id == id && i.GroupId == groupId && i.ClosedAt == null, cancellationToken) is not { } invitation)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        invitation.Close(now);
        db.Publish(PersonEvents.Withdrawn(invitation, origin.Current, now));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateConcurrencyException)
        {
            return false;
        }
    }

    /// <summary>Gives the caller the place that the invitation offers. Only whom it was sent to can take it.</summary>
    public async Task<InvitationOutcome<AcceptedInvitation>> AcceptAsync(Guid person, string token, CancellationToken cancellationToken)
    {
        // The invitation names the tenant, so until it is found there is none; the secret's hash is the predicate.
        db.Scope.ActAsSystem();
        var hash = Invitation.HashOf(token);
        var now = clock.GetUtcNow();
        if (await db.Invitations.FirstOrDefaultAsync(i => i.TokenHash == hash || i.MailedTokenHash == hash, cancellationToken) is not { } invitation)
        {
            return InvitationRefusal.Absent;
        }

        if (!invitation.IsOpenAt(now))
        {
            return invitation.ClosedAt is null ? InvitationRefusal.Expired : InvitationRefusal.Used;
        }

        var email = await db.Users.Where(u => u.Id == person && !u.Deleted).Select(u => u.Email).FirstOrDefaultAsync(cancellationToken);
        if (email is null || Invitation.Normalize(email) != invitation.Email)
        {
            return InvitationRefusal.OtherAddress;
        }

        db.Scope.ActIn(invitation.GroupId);
        var (groupId, id) = (invitation.GroupId, invitation.Id);
        var limit = await quotas.AskAsync(groupId, Quota.Users, 1, cancellationToken);
        return await db.ChangeTreeAsync(alone: false, token => JoinAsync(groupId, id, person, limit, token), cancellationToken);
    }

    private async Task<InvitationOutcome<AcceptedInvitation>> JoinAsync(
        Guid groupId, Guid id, Guid person, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        if (!await db.Groups.AnyAsync(g => g.Id == groupId && g.Status == Group.Active, cancellationToken))
        {
            return InvitationRefusal.GroupArchived;
        }

        // Others may have taken seat or invitation while this one waited, so both are looked at after the wait.
        var hasSeat = await db.HasSeatAsync(groupId, limit, cancellationToken);
        var now = clock.GetUtcNow();
        var invitation = await db.Invitations.FirstAsync(i => i.Id == id && i.GroupId == groupId, cancellationToken);
        if (!invitation.IsOpenAt(now))
        {
            return InvitationRefusal.Used;
        }

        if (await db.Memberships.AnyAsync(m => m.GroupId == groupId && m.PersonId == person && m.LeftAt == null, cancellationToken))
        {
            return InvitationRefusal.AlreadyMember;
        }

        if (!hasSeat)
        {
            return InvitationRefusal.NoSeat;
        }

        if (await db.JoinAsync(invitation.GroupId, person, invitation.Role, invitation.InvitedBy, now, cancellationToken) is not { } membership)
        {
            return InvitationRefusal.AlreadyMember;
        }

        invitation.Close(now, person);
        db.Publish(GroupEvents.Joined(membership, origin.Current, now));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return InvitationRefusal.Used;
        }
        catch (DbUpdateException ex) when (ex.IsTaken(Membership.OnePerGroup))
        {
            return InvitationRefusal.AlreadyMember;
        }

        return new AcceptedInvitation(membership.GroupId, person, membership.Role, membership.JoinedAt);
    }

    private static InvitationResponse ResponseOf(Invitation invitation, DateTimeOffset now) => new(
        invitation.Id, invitation.GroupId, invitation.Email, invitation.Name, invitation.Role, invitation.IsOpenAt(now) ? "pending" : "expired",
        invitation.InvitedBy, invitation.CreatedAt, invitation.ExpiresAt);
}
