using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Memberships;

/// <summary>What a person is in a group.</summary>
/// <param name="Groups">The group itself first, then its ancestors up to the root; those of them that are known here.</param>
internal sealed record Standing(Guid GroupId, Role Role, IReadOnlyList<GroupNode> Groups)
{
    public GroupNode? Group => Groups.Count > 0 && Groups[0].Id == GroupId ? Groups[0] : null;

    /// <summary>Ids from the root to the group.</summary>
    public IReadOnlyList<Guid> Path => Group?.Path ?? [GroupId];
}

/// <summary>The outcome of asking to act in a group.</summary>
internal abstract record Entry
{
    private Entry()
    {
    }

    public sealed record Granted(Standing Standing) : Entry;

    /// <summary>There is no such group for this person: it does not exist, is archived, or is somebody else's.</summary>
    public sealed record Unknown : Entry;

    /// <summary>The group demands more of the session; the code says what.</summary>
    public sealed record Refused(string Code, string Detail) : Entry;
}
