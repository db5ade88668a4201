using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.People;
using OnePlatform.Ontology.Quotas;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Groups;

internal enum GroupRefusal
{
    SlugTaken,
    NoSuchParent,
    ParentArchived,
    NotOwnerOfParent,
    OnlyPlatform,
    Absent,
    Loop,
    NotArchived,
    Contended,
    NoRoom,
    TypesClash,
    TypesInUse,
}

internal readonly record struct GroupOutcome(GroupResponse? Group, GroupRefusal? Refusal)
{
    public static implicit operator GroupOutcome(GroupRefusal refusal) => new(null, refusal);

    public static GroupOutcome Of(Group group) => new(GroupResponse.Of(group), null);
}

internal sealed class GroupStore(OntologyDb db, GroupAccess access, QuotaGate quotas, RequestOrigin origin, TimeProvider clock)
{
    public async Task<GroupOutcome> CreateAsync(Caller caller, CreateGroupRequest request, CancellationToken cancellationToken)
    {
        Group? parent = null;
        // A key stays below its own group, whatever it asks for.
        if ((request.ParentGroupId ?? (caller.Kind == Caller.KeyKind ? caller.GroupId : null)) is { } parentId)
        {
            if (await access.FindAsync(caller, parentId, cancellationToken) is not { } reached)
            {
                return GroupRefusal.NoSuchParent;
            }

            if (reached.Role < Role.GroupOwner)
            {
                return GroupRefusal.NotOwnerOfParent;
            }

            parent = reached.Group;
        }

        if ((request.Plan is not null || request.Settings?.Limits is { IsEmpty: false }) && caller.Role != Role.PlatformOwner)
        {
            return GroupRefusal.OnlyPlatform;
        }

        var limit = parent is null ? null : await quotas.LimitAsync(parent.Id, Quota.ChildGroups, cancellationToken, db.Scope.Shared);
        // The new group is its creator's from this moment on.
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        db.Scope.ActIn(parent is null ? [id] : [id, parent.Id]);
        return await db.ChangeTreeAsync(alone: false, token => AddAsync(caller, request, id, parent?.Id, limit, token), cancellationToken);
    }

    private async Task<GroupOutcome> AddAsync(
        Caller caller, CreateGroupRequest request, Guid id, Guid? parentId, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        var parent = parentId is null ? null : await db.Groups.FirstAsync(g => g.Id == parentId, cancellationToken);
        if (parent is { IsActive: false })
        {
            return GroupRefusal.ParentArchived;
        }

        if (parent is not null && !await db.HasRoomBelowAsync(parent.Id, limit, cancellationToken))
        {
            return GroupRefusal.NoRoom;
        }

        var now = clock.GetUtcNow();
        var group = Make(request, id, parent, now);
        db.Add(group);
        db.Publish(GroupEvents.Created(group, origin.Current, now));
        if (parent is null && caller is { Kind: Caller.PersonKind })
        {
            var owner = new Membership { GroupId = group.Id, PersonId = caller.Id, Role = RoleNames.NameOf(Role.GroupOwner), JoinedAt = now, UpdatedAt = now };
            db.Add(owner);
            db.Publish(GroupEvents.Joined(owner, origin.Current, now));
        }

        return await SaveAsync(cancellationToken) is { } refusal ? refusal : GroupOutcome.Of(group);
    }

    /// <summary>Changes a group that <see cref="GroupAccess"/> found.</summary>
    public async Task<GroupOutcome> ChangeAsync(ReachedGroup reached, GroupPatch patch, CancellationToken cancellationToken)
    {
        var group = reached.Group;
        var isTheirs = reached.Role == Role.PlatformOwner;
        if (!isTheirs && (patch.Plan != group.Plan || (patch.Settings.Limits ?? new()) != (group.Settings.Limits ?? new())))
        {
            return GroupRefusal.OnlyPlatform;
        }

        var before = PatchOf(group);
        (group.Slug, group.Name, group.Description, group.Plan) = (patch.Slug, patch.Name, patch.Description, patch.Plan);
        (group.Settings, group.Metadata) = (patch.Settings, patch.Metadata.GetRawText());
        var changes = Http.FieldChanges.Between(AsJson(before), AsJson(PatchOf(group)), "settings", "metadata");
        if (changes.Count == 0)
        {
            return GroupOutcome.Of(group);
        }

        var now = clock.GetUtcNow();
        group.Changed(now);
        db.Publish(GroupEvents.Updated(group, changes, origin.Current, now));
        return await SaveAsync(cancellationToken) is { } refusal ? refusal : GroupOutcome.Of(group);
    }

    /// <summary>Archives the group and everything below it, the deepest first.</summary>
    /// <returns>The refusal; null when it is archived.</returns>
    public Task<GroupRefusal?> ArchiveAsync(Guid id, CancellationToken cancellationToken) => db.ChangeTreeAsync<GroupRefusal?>(
        alone: true,
        async token =>
        {
            var now = clock.GetUtcNow();
            var group = await db.Groups.FirstAsync(g => g.Id == id, token);
            var groups = await Subtree(group).Where(g => g.Status == Group.Active).OrderByDescending(g => g.PathKey).ToListAsync(token);
            if (groups.Count == 0)
            {
                return null;
            }

            groups.ForEach(g => g.Archive(now));
            db.Publish(GroupEvents.Archived(groups, origin.Current, now));
            return await SaveAsync(token);
        },
        cancellationToken);

    public IQueryable<Group> Subtree(Group group)
    {
        // '0' follows '/' in the collation, so this range is exactly the keys that begin with "key/".
        var (from, to) = ($"{group.PathKey}/", $"{group.PathKey}0");
        return db.Groups.Where(g => g.Id == group.Id || (string.Compare(g.PathKey, from) >= 0 && string.Compare(g.PathKey, to) < 0));
    }

    public static GroupPatch PatchOf(Group group) => new()
    {
        Slug = group.Slug,
        Name = group.Name,
        Description = group.Description,
        Plan = group.Plan,
        Settings = group.Settings,
        Metadata = JsonElement.Parse(group.Metadata),
    };

    public static System.Text.Json.Nodes.JsonObject AsJson(GroupPatch patch)
        => JsonSerializer.SerializeToNode(patch, ApiJson.Options)!.AsObject();

    private static Group Make(CreateGroupRequest request, Guid id, Group? parent, DateTimeOffset now)
    {
        var defaults = GroupTypes.All[request.Type];
        return new Group
        {
            Id = id,
            Slug = request.Slug,
            Name = request.Name,
            Type = request.Type,
            Description = request.Description,
            // A child never begins with more than its parent has.
            Plan = request.Plan ?? (parent is null ? defaults.Plan : GroupPlans.Lower(defaults.Plan, parent.Plan)),
            Settings = (request.Settings ?? new()) with
            {
                Visibility = request.Settings?.Visibility ?? defaults.Visibility,
                JoinPolicy = request.Settings?.JoinPolicy ?? defaults.JoinPolicy,
            },
            Metadata = request.Metadata?.GetRawText() ?? "{}",
            CreatedAt = now,
        }.Below(parent);
    }

    private async Task<GroupRefusal?> SaveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return GroupRefusal.Contended;
        }
        catch (DbUpdateException ex) when (ex.IsTaken(Group.SlugIsUnique))
        {
            return GroupRefusal.SlugTaken;
        }
    }
}
