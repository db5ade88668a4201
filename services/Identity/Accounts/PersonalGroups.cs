using Microsoft.Extensions.Options;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;
using OnePlatform.Identity.Sessions;

namespace OnePlatform.Identity.Accounts;

/// <summary>The group that every new account gets of its own.</summary>
internal sealed class PersonalGroups(IdentityDb db, GroupEntry groups, MembershipArrivals arrivals, IOptions<IdentityOptions> options)
{
    /// <summary>Another service makes it. That may be away: the account stands, and the next refresh finds the group.</summary>
    public async Task<Standing?> WaitAsync(Session session, User user, CancellationToken cancellationToken)
    {
        var standing = await arrivals.WaitAsync(
            user.Id,
            options.Value.GroupWait,
            async () => await groups.EnterDefaultAsync(user, session.Assurance, chosen: null, cancellationToken) is { Group: not null } found ? found : null,
            cancellationToken);
        if (standing is not null)
        {
            session.GroupId = standing.GroupId;
            await db.SaveChangesAsync(cancellationToken);
        }

        return standing;
    }
}
