using Microsoft.EntityFrameworkCore;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Tenancy;

/// <summary>Questions to the copy of the group tree.</summary>
public static class GroupTree
{
    /// <summary>
    /// Widens the unit of work from its acting group to that group's sub-tree: the active descendants to which every group on the
    /// way down allows its parent access.
    /// </summary>
    public static async Task WidenToSubtreeAsync(this TenantDb db, CancellationToken cancellationToken)
    {
        var root = db.Scope.Groups[0];
        db.Scope.ActIn(await db.SubtreeAsync(root, cancellationToken));
    }

    /// <summary>Whether a change of the group's objects must state If-Match (<c>settings.requireIfMatch</c>).</summary>
    public static Task<bool> RequiresIfMatchAsync(this TenantDb db, Guid group, CancellationToken cancellationToken)
        => db.Set<GroupNode>().AnyAsync(g => g.Id == group && g.RequireIfMatch, cancellationToken);

    /// <summary>The group and its reachable descendants, itself first.</summary>
    public static async Task<IReadOnlyList<Guid>> SubtreeAsync(this TenantDb db, Guid root, CancellationToken cancellationToken)
    {
        var key = await db.Set<GroupNode>().Where(g => g.Id == root).Select(g => g.PathKey).FirstOrDefaultAsync(cancellationToken);
        if (key is null)
        {
            return [root];
        }

        // '0' follows '/' in the collation, so this range is exactly the keys that begin with "key/".
        var (from, to) = ($"{key}/", $"{key}0");
        var below = await db.Set<GroupNode>()
            .Where(g => string.Compare(g.PathKey, from) >= 0 && string.Compare(g.PathKey, to) < 0)
            .OrderBy(g => g.PathKey)
            .Select(g => new { g.Id, g.ParentId, g.Status, g.AllowParentAccess })
            .ToListAsync(cancellationToken);

        var reachable = new List<Guid> { root };
        var known = new HashSet<Guid> { root };
        foreach (var group in below)
        {
            // Parents sort before their children, so one pass closes everything below a closed group.
            if (group is { Status: "active", AllowParentAccess: true, ParentId: { } parent } && known.Contains(parent))
            {
                reachable.Add(group.Id);
                known.Add(group.Id);
            }
        }

        return reachable;
    }
}
