using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Quotas;
using OnePlatform.Ontology.Types.Custom;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Groups;

/// <summary>Moves groups about the tree and brings archived ones back.</summary>
internal sealed class GroupMoves(OntologyDb db, GroupAccess access, GroupStore groups, QuotaGate quotas, RequestOrigin origin, TimeProvider clock)
{
    /// <summary>Puts the group, with all that lies below it, under another parent, or at the top.</summary>
    public async Task<GroupOutcome> MoveAsync(Caller caller, Guid id, Guid? parentId, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(caller, id, cancellationToken) is not { } reached)
        {
            return GroupRefusal.Absent;
        }

        var target = parentId is { } wanted ? await access.FindAsync(caller, wanted, cancellationToken) : null;
        if (parentId is not null && target is null)
        {
            return GroupRefusal.NoSuchParent;
        }

        // Whoever takes a group out of another one, or puts it into one, must own that one too.
        var sourceId = reached.Group.ParentId;
        var source = sourceId is { } old ? await access.FindAsync(caller, old, cancellationToken) : null;
        var ownsSource = sourceId is null || source?.Role >= Role.GroupOwner;
        var ownsTarget = parentId is null ? caller.Kind == Caller.PersonKind : target!.Role >= Role.GroupOwner;
        if (reached.Role < Role.GroupOwner || !ownsSource || !ownsTarget)
        {
            return GroupRefusal.NotOwnerOfParent;
        }

        // At its new place a group may lie outside of what names the caller's reach; who may move it was asked above.
        db.Scope.ActAsSystem();
        var limit = parentId is { } into ? await LimitBelowAsync(into, cancellationToken) : null;
        return await SavingAsync(token => MoveAloneAsync(id, sourceId, parentId, limit, token), cancellationToken);
    }

    /// <summary>Brings back the group and what was archived together with it.</summary>
    public async Task<GroupOutcome> RestoreAsync(Guid id, CancellationToken cancellationToken)
    {
        // The parent is not the caller's to see, perhaps; whether it is active decides.
        db.Scope.ActAsSystem();
        var parentId = await db.Groups.Where(g => g.Id == id).Select(g => g.ParentId).FirstAsync(cancellationToken);
        var limit = parentId is { } parent ? await LimitBelowAsync(parent, cancellationToken) : null;
        return await SavingAsync(token => RestoreAloneAsync(id, limit, token), cancellationToken);
    }

    private Task<QuotaLimit?> LimitBelowAsync(Guid parentId, CancellationToken cancellationToken)
        => quotas.LimitAsync(parentId, Quota.ChildGroups, cancellationToken, db.Scope.Shared);

    private async Task<GroupOutcome> MoveAloneAsync(Guid id, Guid? sourceId, Guid? parentId, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        var group = await db.Groups.FirstAsync(g => g.Id == id, cancellationToken);
        var target = parentId is null ? null : await db.Groups.FirstAsync(g => g.Id == parentId, cancellationToken);
        if (group.ParentId != sourceId)
        {
            return GroupRefusal.Contended;
        }

        if (!group.IsActive || target is { IsActive: false })
        {
            return GroupRefusal.ParentArchived;
        }

        if (target?.Path.Contains(id) == true)
        {
            return GroupRefusal.Loop;
        }

        if (sourceId == parentId)
        {
            return GroupOutcome.Of(group);
        }

        if (parentId is { } into && !await db.HasRoomBelowAsync(into, limit, cancellationToken))
        {
            return GroupRefusal.NoRoom;
        }

        if (await RefuseForTypesAsync(group, target, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var (from, now) = (group.Path.Length, clock.GetUtcNow());
        var moved = await groups.Subtree(group).OrderBy(g => g.PathKey).ToListAsync(cancellationToken);
        group.MoveBelow(target, now);
        foreach (var below in moved.Where(g => g.Id != id))
        {
            below.Follow(group, from, now);
        }

        foreach (var part in moved.Chunk(OutboxWriting.MostLines))
        {
            db.Publish(GroupEvents.Moved(group, part, origin.Current, now));
        }

        await db.SaveChangesAsync(cancellationToken);
        return GroupOutcome.Of(group);
    }

    private async Task<GroupRefusal?> RefuseForTypesAsync(Group group, Group? target, CancellationToken cancellationToken)
    {
        Guid[] above = target?.Path ?? [];
        var obstacles = await TypesOfMovedGroups.FindAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(), group.Id, [.. group.Path[..^1].Except(above)], [.. above.Except(group.Path)], cancellationToken);
        return obstacles.Clash ? GroupRefusal.TypesClash : obstacles.InUse ? GroupRefusal.TypesInUse : null;
    }

    private async Task<GroupOutcome> RestoreAloneAsync(Guid id, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        var group = await db.Groups.FirstAsync(g => g.Id == id, cancellationToken);
        if (group.IsActive)
        {
            return GroupRefusal.NotArchived;
        }

        var parentId = group.ParentId;
        if (parentId is not null && await db.Groups.AnyAsync(g => g.Id == parentId && g.Status != Group.Active, cancellationToken))
        {
            return GroupRefusal.ParentArchived;
        }

        if (parentId is { } above && !await db.HasRoomBelowAsync(above, limit, cancellationToken))
        {
            return GroupRefusal.NoRoom;
        }

        var (archivedAt, now) = (group.ArchivedAt, clock.GetUtcNow());
        var together = await groups.Subtree(group).Where(g => g.ArchivedAt == archivedAt).OrderBy(g => g.PathKey).ToListAsync(cancellationToken);
        together.ForEach(g => g.Restore(now));
        foreach (var part in together.Chunk(OutboxWriting.MostLines))
        {
            db.Publish(GroupEvents.Restored(part, origin.Current, now));
        }

        await db.SaveChangesAsync(cancellationToken);
        return GroupOutcome.Of(group);
    }

    private async Task<GroupOutcome> SavingAsync(Func<CancellationToken, Task<GroupOutcome>> change, CancellationToken cancellationToken)
    {
        try
        {
            return await db.ChangeTreeAsync(alone: true, change, cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody renamed one of the groups meanwhile.
            return GroupRefusal.Contended;
        }
    }
}
