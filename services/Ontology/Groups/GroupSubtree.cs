using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Groups;

/// <summary>Widens a unit of work from its acting group to the groups below it.</summary>
internal sealed class GroupSubtree(OntologyDb db)
{
    /// <summary>The acting group and its active descendants, as far as every group on the way down allows its parent access.</summary>
    public async Task<Guid[]> WidenAsync(CancellationToken cancellationToken)
    {
        var root = db.Scope.Groups[0];
        var key = await db.Groups.Where(g => g.Id == root).Select(g => g.PathKey).FirstOrDefaultAsync(cancellationToken);
        var reachable = new HashSet<Guid> { root };
        if (key is not null)
        {
            // '0' follows '/' in the collation, so this range is exactly the keys that begin with "key/".
            var (from, to) = ($"{key}/", $"{key}0");
            var below = await db.Groups.AsNoTracking()
                .Where(g => string.Compare(g.PathKey, from) >= 0 && string.Compare(g.PathKey, to) < 0)
                .OrderBy(g => g.PathKey)
                .Select(g => new { g.Id, g.ParentId, g.Status, g.Settings })
                .ToListAsync(cancellationToken);
            foreach (var group in below)
            {
                // Parents come before their children, so one pass closes everything below a closed group.
                if (group.Status == Group.Active && group.Settings.AllowParentAccess != false && reachable.Contains(group.ParentId!.Value))
                {
                    reachable.Add(group.Id);
                }
            }
        }

        Guid[] groups = [root, .. reachable.Where(id => id != root)];
        db.Scope.ActIn(groups);
        return groups;
    }
}
