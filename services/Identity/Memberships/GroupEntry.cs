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
    // The group, or where none is named the first of the person's own, then its ancestors. Compiled: each sign-in and each exchange of a session asks it.
    private static readonly Func<IdentityDb, Guid, Guid?, IAsyncEnumerable<Rank>> s_ranks = EF.CompileAsyncQuery(
        (IdentityDb db, Guid person, Guid? group) => db.GroupTree.AsNoTracking()
            .Where(g => db.GroupTree
                .First(self => self.Id
                    == (group ?? db.Memberships.Where(m => m.PersonId == person && m.Active).OrderBy(m => m.GroupId).Select(m => (Guid?)m.GroupId).FirstOrDefault()))
                .Path.Contains(g.Id))
            .OrderByDescending(g => g.PathKey)
            .Select(g => new Rank(
                g, db.Memberships.Where(m => m.GroupId == g.Id && m.PersonId == person && m.Active).Select(m => m.Role).FirstOrDefault())));

    public async Task<Entry> EnterAsync(User user, int assurance, Guid groupId, CancellationToken cancellationToken)
    {
        // Who may act in a group is asked before there is an acting group.
        db.Scope.ActAsSystem();
        var standing = await StandingAsync(user, groupId, cancellationToken)
            ?? await EarlyAsync(user, groupId, cancellationToken);
        return Judge(user, assurance, standing);
    }

    /// <summary>The group a session acts in when nobody says which: the chosen one, else the first that lets the person in.</summary>
    public async Task<Standing?> EnterDefaultAsync(User user, int assurance, Guid? chosen, CancellationToken cancellationToken)
    {
        if (chosen is { } there && Active(await EnterAsync(user, assurance, there, cancellationToken)) is { } back)
        {
            return back;
        }

        db.Scope.ActAsSystem();
        // Nearly always the first lets the person in, and which it is needs no question of its own.
        if (await StandingAsync(user, group: null, cancellationToken) is { } first && Active(Judge(user, assurance, first)) is { } inFirst)
        {
            return inFirst;
        }

        foreach (var group in await Own(user).OrderBy(m => m.GroupId).Select(m => m.GroupId).Take(20).ToListAsync(cancellationToken))
        {
            if (Active(await EnterAsync(user, assurance, group, cancellationToken)) is { } standing)
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

    private static Entry Judge(User user, int assurance, Standing standing)
    {
        // An archived group is open to those who can bring it back.
        if (standing.Role == Role.None || (standing.Group is { IsActive: false } && standing.Role < Role.GroupOwner))
        {
            return new Entry.Unknown();
        }

        if (standing.Groups.Any(g => g.Security.RequireVerifiedEmail) && !user.EmailVerified)
        {
            return new Entry.Refused("email_not_verified", "This group asks for a verified e-mail address.");
        }

        return standing.Groups.Any(g => g.Security.RequireTwoFactor) && assurance < 2
            ? new Entry.Refused("second_factor_required", "This group asks for a second factor.")
            : new Entry.Granted(standing);
    }

    private static Standing? Active(Entry entry) => entry is Entry.Granted { Standing: { Group: null or { IsActive: true } } standing } ? standing : null;

    private static Role RoleOf(string? name) => name is null ? Role.None : RoleNames.Parse(name);

    private IQueryable<Membership> Own(User user) => db.Memberships.Where(m => m.PersonId == user.Id && m.Active);

    // Null when the group is not known here.
    private async Task<Standing?> StandingAsync(User user, Guid? group, CancellationToken cancellationToken)
    {
        var (groups, role) = (new List<GroupNode>(), IsPlatformOwner(user) ? Role.PlatformOwner : Role.None);
        await foreach (var rank in s_ranks(db, user.Id, group).WithCancellation(cancellationToken))
        {
            groups.Add(rank.Group);
            role = RoleOf(rank.Role) is var own && own > role ? own : role;
        }

        return groups.Count == 0 ? null : new Standing(groups[0].Id, role, groups);
    }

    // The membership may have come before its group.
    private async Task<Standing> EarlyAsync(User user, Guid groupId, CancellationToken cancellationToken)
        => new(groupId, RoleOf(await Own(user).Where(m => m.GroupId == groupId).Select(m => m.Role).FirstOrDefaultAsync(cancellationToken)), []);

    /// <summary>What somebody is in one group alone.</summary>
    private sealed record Rank(GroupNode Group, string? Role);
}
