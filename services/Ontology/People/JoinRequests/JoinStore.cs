using Microsoft.EntityFrameworkCore;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Ontology.Quotas;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.People.JoinRequests;

internal enum JoinRefusal
{
    Absent,
    GroupArchived,
    ByInvitation,
    OtherDomain,
    AlreadyMember,
    AlreadyAsked,
    NoSeat,
    Decided,
}

internal readonly record struct JoinOutcome<T>(T? Value, JoinRefusal? Refusal)
{
    public static implicit operator JoinOutcome<T>(JoinRefusal refusal) => new(default, refusal);

    public static implicit operator JoinOutcome<T>(T value) => new(value, null);
}

/// <summary>People who come to a group by themselves, as its join policy has it.</summary>
internal sealed class JoinStore(OntologyDb db, GroupAccess access, QuotaGate quotas, RequestOrigin origin, TimeProvider clock)
{
    /// <summary>A place at once, or a request for one.</summary>
    public async Task<JoinOutcome<JoinAnswer>> JoinAsync(Caller caller, Guid groupId, string? message, CancellationToken cancellationToken)
    {
        var reached = await access.FindAsync(caller, groupId, cancellationToken);
        // Whoever comes has no place here yet. Of a group that is not theirs they learn what it shows to everybody, and nothing else.
        db.Scope.ActAsSystem();
        var group = reached?.Group ?? await db.Groups.AsNoTracking().FirstOrDefaultAsync(g => g.Id == groupId && g.Status == Group.Active, cancellationToken);
        if (group is null || (reached is null && group.Settings.Visibility != "public"))
        {
            return JoinRefusal.Absent;
        }

        if (group.Settings.JoinPolicy is not ("open" or "approval_required"))
        {
            return JoinRefusal.ByInvitation;
        }

        if (group.Settings.AllowedDomains is { Count: > 0 } domains && !await IsFromAsync(caller.Id, domains, cancellationToken))
        {
            return JoinRefusal.OtherDomain;
        }

        db.Scope.ActIn(groupId);
        if (group.Settings.JoinPolicy != "open")
        {
            return await db.ChangeTreeAsync(alone: false, token => AskAsync(groupId, caller.Id, message, token), cancellationToken);
        }

        var limit = await quotas.AskAsync(groupId, Quota.Users, 1, cancellationToken);
        return await db.ChangeTreeAsync(alone: false, token => EnterAsync(groupId, caller.Id, limit, token), cancellationToken);
    }

    /// <param name="groupId">A group whose owner decides.</param>
    /// <param name="id">The request.</param>
    /// <param name="role">The role that comes with the place; null to refuse it.</param>
    /// <param name="by">Who decides.</param>
    /// <param name="cancellationToken">Ends the wait for others.</param>
    public async Task<JoinOutcome<JoinRequest>> DecideAsync(Guid groupId, Guid id, Role? role, Guid? by, CancellationToken cancellationToken)
    {
        db.Scope.ActIn(groupId);
        var limit = role is null ? null : await quotas.AskAsync(groupId, Quota.Users, 1, cancellationToken);
        return await db.ChangeTreeAsync(alone: false, token => DecideAloneAsync(groupId, id, role, by, limit, token), cancellationToken);
    }

    private async Task<JoinOutcome<JoinAnswer>> EnterAsync(Guid groupId, Guid person, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        if (!await IsActiveAsync(groupId, cancellationToken))
        {
            return JoinRefusal.GroupArchived;
        }

        if (await IsMemberAsync(groupId, person, cancellationToken))
        {
            return JoinRefusal.AlreadyMember;
        }

        if (!await db.HasSeatAsync(groupId, limit, cancellationToken))
        {
            return JoinRefusal.NoSeat;
        }

        var now = clock.GetUtcNow();
        var role = RoleNames.NameOf(Role.Customer);
        if (await db.JoinAsync(groupId, person, role, invitedBy: null, now, cancellationToken) is not { } membership)
        {
            return JoinRefusal.AlreadyMember;
        }

        db.Publish(GroupEvents.Joined(membership, origin.Current, now));
        return await SaveAsync(cancellationToken) is { } refusal ? refusal : new JoinAnswer(groupId, person, "joined", role, now);
    }

    private async Task<JoinOutcome<JoinAnswer>> AskAsync(Guid groupId, Guid person, string? message, CancellationToken cancellationToken)
    {
        if (!await IsActiveAsync(groupId, cancellationToken))
        {
            return JoinRefusal.GroupArchived;
        }

        if (await IsMemberAsync(groupId, person, cancellationToken))
        {
            return JoinRefusal.AlreadyMember;
        }

        var now = clock.GetUtcNow();
        var request = new JoinRequest { Id = Guid.CreateVersion7(now), GroupId = groupId, PersonId = person, Message = message, CreatedAt = now };
        db.Add(request);
        db.Publish(JoinEvents.Asked(request, origin.Current, now));
        return await SaveAsync(cancellationToken) is { } refusal ? refusal : new JoinAnswer(groupId, person, JoinRequest.Pending, RequestId: request.Id);
    }

    private async Task<JoinOutcome<JoinRequest>> DecideAloneAsync(
        Guid groupId, Guid id, Role? role, Guid? by, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        if (await db.JoinRequests.FirstOrDefaultAsync(r => r.Id == id && r.GroupId == groupId, cancellationToken) is not { } request)
        {
            return JoinRefusal.Absent;
        }

        if (request.DecidedAt is not null)
        {
            return JoinRefusal.Decided;
        }

        if (!await IsActiveAsync(groupId, cancellationToken))
        {
            return JoinRefusal.GroupArchived;
        }

        var now = clock.GetUtcNow();
        if (role is not { } given)
        {
            request.Decide(JoinRequest.Rejected, role: null, by, now);
            db.Publish(JoinEvents.Rejected(request, origin.Current, now));
            return await SaveAsync(cancellationToken) is { } lost ? lost : request;
        }

        // Whoever was invited meanwhile has a place, and takes no second one.
        var isMember = await IsMemberAsync(groupId, request.PersonId, cancellationToken);
        if (!isMember && !await db.HasSeatAsync(groupId, limit, cancellationToken))
        {
            return JoinRefusal.NoSeat;
        }

        request.Decide(JoinRequest.Approved, RoleNames.NameOf(given), by, now);
        db.Publish(JoinEvents.Approved(request, origin.Current, now));
        if (await db.JoinAsync(groupId, request.PersonId, RoleNames.NameOf(given), by, now, cancellationToken) is { } membership)
        {
            db.Publish(GroupEvents.Joined(membership, origin.Current, now));
        }

        return await SaveAsync(cancellationToken) is { } refusal ? refusal : request;
    }

    private async Task<bool> IsFromAsync(Guid person, IReadOnlyList<string> domains, CancellationToken cancellationToken)
    {
        var email = await db.Users.Where(u => u.Id == person && !u.Deleted && u.EmailVerified).Select(u => u.Email).FirstOrDefaultAsync(cancellationToken);
        return email is not null && domains.Contains(email[(email.LastIndexOf('@') + 1)..], StringComparer.OrdinalIgnoreCase);
    }

    private Task<bool> IsActiveAsync(Guid groupId, CancellationToken cancellationToken)
        => db.Groups.AnyAsync(g => g.Id == groupId && g.Status == Group.Active, cancellationToken);

    private Task<bool> IsMemberAsync(Guid groupId, Guid person, CancellationToken cancellationToken)
        => db.Memberships.AnyAsync(m => m.GroupId == groupId && m.PersonId == person && m.LeftAt == null, cancellationToken);

    private async Task<JoinRefusal?> SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return JoinRefusal.Decided;
        }
        catch (DbUpdateException ex) when (ex.IsTaken(JoinRequest.OnePending))
        {
            return JoinRefusal.AlreadyAsked;
        }
        catch (DbUpdateException ex) when (ex.IsTaken(Membership.OnePerGroup))
        {
            return JoinRefusal.AlreadyMember;
        }
    }
}
