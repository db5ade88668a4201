using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Memberships;

/// <summary>
/// The one gate between a person and a group. Whatever makes a token for a group, at sign-in, refresh, switch or exchange, has to
/// come through here.
/// </summary>
internal sealed class GroupEntry(IdentityDb db, IOptions<IdentityOptions> options)
{
    public async Task<Entry> EnterAsync(User user, int assurance, Guid groupId, CancellationToken cancellationToken)
    {
        // Who may act in a group is asked before there is an acting group.
        db.Scope.ActAsSystem();
        var groups = await WithAncestorsAsync(db, groupId, cancellationToken);
        var standing = new Standing(groupId, Role.None, groups);
        standing = standing with { Role = await RoleAsync(user, standing, cancellationToken) };

        // An archived group is open to those who can bring it back.
        if (standing.Role == Role.None || (standing.Group is { IsActive: false } && standing.Role < Role.GroupOwner))
        {
            return new Entry.Unknown();
        }

        if (groups.Any(g => g.Security.RequireVerifiedEmail) && !user.EmailVerified)
        {
            return new Entry.Refused("email_not_verified", "This group asks for a verified e-mail address.");
        }

        return groups.Any(g => g.Security.RequireTwoFactor) && assurance < 2
            ? new Entry.Refused("second_factor_required", "This group asks for a second factor.")
            : new Entry.Granted(standing);
    }

    /// <summary>The group a session acts in when nobody says which: the chosen one, else the first that lets the person in.</summary>
    public async Task<Standing?> EnterDefaultAsync(User user, int assurance, Guid? chosen, CancellationToken cancellationToken)
    {
        db.Scope.ActAsSystem();
        var own = await db.Memberships
            .Where(m => m.PersonId == user.Id && m.Active)
            .OrderBy(m => m.GroupId)
            .Select(m => m.GroupId)
            .Take(20)
            .ToListAsync(cancellationToken);
        foreach (var group in chosen is { } first ? own.Prepend(first) : own)
        {
            if (await EnterAsync(user, assurance, group, cancellationToken) is Entry.Granted { Standing: { Group: null or { IsActive: true } } standing })
            {
                return standing;
            }
        }

        return null;
    }

    public bool IsPlatformOwner(User user)
        => options.Value.PlatformOwners.Contains(user.Email, StringComparer.OrdinalIgnoreCase)
            && (user.EmailVerified || options.Value.TrustUnverifiedPlatformOwners);

    /// <summary>The group first, then its ancestors; empty when the group is not known here.</summary>
    public static async Task<IReadOnlyList<GroupNode>> WithAncestorsAsync(IdentityDb db, Guid groupId, CancellationToken cancellationToken)
        => await db.GroupTree.AsNoTracking()
            .Where(g => db.GroupTree.First(self => self.Id == groupId).Path.Contains(g.Id))
            .OrderByDescending(g => g.PathKey)
            .ToListAsync(cancellationToken);

    private async Task<Role> RoleAsync(User user, Standing standing, CancellationToken cancellationToken)
    {
        if (IsPlatformOwner(user) && standing.Group is not null)
        {
            return Role.PlatformOwner;
        }

        var path = standing.Path;
        var roles = await db.Memberships
            .Where(m => m.PersonId == user.Id && m.Active && path.Contains(m.GroupId))
            .Select(m => m.Role)
            .ToListAsync(cancellationToken);
        return roles.Select(RoleNames.Parse).DefaultIfEmpty(Role.None).Max();
    }
}
