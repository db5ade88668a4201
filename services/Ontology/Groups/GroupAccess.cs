using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Groups;

/// <summary>
/// Which groups a caller reaches, and with which role. A role counts in the group it was given for and in all below it. Besides the
/// acting group these are, for a person, the groups that the person belongs to: managing one's groups needs no switching.
/// </summary>
internal sealed class GroupAccess(OntologyDb db)
{
    /// <summary>Restricts the unit of work to what the caller reaches.</summary>
    public async Task<GroupGrants> EnterAsync(Caller caller, CancellationToken cancellationToken)
    {
        var roles = new Dictionary<Guid, Role>();
        if (caller.Kind == Caller.PersonKind)
        {
            // Memberships lie in many tenants; the person's own id is the predicate, and no other row is read.
            db.Scope.ActAsSystem();
            var memberships = await db.Memberships
                .Where(m => m.PersonId == caller.Id && m.LeftAt == null)
                .Select(m => new { m.GroupId, m.Role })
                .ToListAsync(cancellationToken);
            foreach (var membership in memberships)
            {
                roles[membership.GroupId] = RoleNames.Parse(membership.Role);
            }
        }

        if (caller.GroupId is { } acting)
        {
            roles[acting] = caller.Role;
        }

        if (caller.Role == Role.PlatformOwner)
        {
            // Whoever runs the platform manages every group of it.
            db.Scope.ActAsSystem();
        }
        else
        {
            db.Scope.ActIn([.. roles.Keys]);
        }

        return new GroupGrants(caller, roles);
    }

    /// <summary>The group, as far as the caller reaches it; null is as good as absent.</summary>
    public Task<ReachedGroup?> FindAsync(Caller caller, Guid id, CancellationToken cancellationToken)
        => FindAsync(caller, g => g.Id == id, cancellationToken);

    /// <inheritdoc cref="FindAsync(Caller, Guid, CancellationToken)"/>
    public Task<ReachedGroup?> FindBySlugAsync(Caller caller, string slug, CancellationToken cancellationToken)
        => FindAsync(caller, g => g.Slug == slug, cancellationToken);

    private async Task<ReachedGroup?> FindAsync(Caller caller, Expression<Func<Group, bool>> which, CancellationToken cancellationToken)
    {
        var grants = await EnterAsync(caller, cancellationToken);
        var group = await db.Groups.FirstOrDefaultAsync(which, cancellationToken);
        return group is null ? null : grants.Reach(group);
    }
}

/// <param name="Roles">Group to the role given there.</param>
internal sealed record GroupGrants(Caller Caller, IReadOnlyDictionary<Guid, Role> Roles)
{
    public IEnumerable<Guid> Groups => Roles.Keys;

    /// <summary>Those whose groups below the caller sees as well: a customer sees the group alone.</summary>
    public IEnumerable<Guid> Trees => Roles.Where(r => r.Value >= Role.GroupUser).Select(r => r.Key);

    public ReachedGroup? Reach(Group group)
    {
        var role = Caller.Role == Role.PlatformOwner
            ? Role.PlatformOwner
            : group.Path.Select(id => Roles.GetValueOrDefault(id)).DefaultIfEmpty(Role.None).Max();
        return role == Role.None ? null : new ReachedGroup(group, role, Roles.ContainsKey(group.Id));
    }
}

/// <param name="Role">The caller's role in the group, given there or above.</param>
/// <param name="Belongs">Whether it is, or one is, given in this very group.</param>
internal sealed record ReachedGroup(Group Group, Role Role, bool Belongs);
