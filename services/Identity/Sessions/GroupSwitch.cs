using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;

namespace OnePlatform.Identity.Sessions;

/// <summary>Makes another group the acting one of a session.</summary>
internal sealed class GroupSwitch(
    IdentityDb db, GroupEntry groups, MembershipArrivals arrivals, AuthLog log, IOptions<IdentityOptions> options)
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);

    public async Task<Entry> SwitchAsync(Session session, User user, Guid groupId, CancellationToken cancellationToken)
    {
        // Who has just made or joined a group comes here at once, and perhaps before the news of it. Everybody who is refused
        // waits alike, so the time says nothing about other tenants' groups.
        var wait = options.Value.GroupWait < s_longestWait ? options.Value.GroupWait : s_longestWait;
        var entry = await arrivals.WaitAsync(
            user.Id,
            wait,
            async () => await groups.EnterAsync(user, session.Assurance, groupId, cancellationToken) is var tried and not Entry.Unknown ? tried : null,
            cancellationToken) ?? new Entry.Unknown();
        if (entry is Entry.Granted && session.GroupId != groupId)
        {
            session.GroupId = groupId;
            log.Add("session_group_switched", user.Id, new { sessionId = session.Id }, groupId);
            await db.SaveChangesAsync(cancellationToken);
        }

        return entry;
    }
}
