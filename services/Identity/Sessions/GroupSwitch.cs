using Microsoft.Extensions.Options;
using OnePlatform.Identity.Accounts;
using OnePlatform.Identity.Contracts;
using OnePlatform.Identity.Data;
using OnePlatform.Identity.Memberships;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

/// <summary>Makes another group the acting one of a session.</summary>
internal sealed class GroupSwitch(
    IdentityDb db, GroupEntry groups, MembershipArrivals arrivals, AuthLog log, IOptions<IdentityOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(2);

    public async Task<Entry> SwitchAsync(Session session, User user, Guid groupId, HttpResponse response, CancellationToken cancellationToken)
    {
        var entry = await EnterAsync(session, user, groupId, cancellationToken);
        if (entry is Entry.Granted && session.GroupId != groupId)
        {
            await ChooseAsync(session, user, groupId, response, cancellationToken);
        }

        return entry;
    }

    /// <summary>Leaves the choice of the group to the platform again: the first that lets the person in.</summary>
    public Task LeaveAsync(Session session, User user, HttpResponse response, CancellationToken cancellationToken)
        => session.GroupId is null ? Task.CompletedTask : ChooseAsync(session, user, groupId: null, response, cancellationToken);

    /// <summary>Lets the session act in a group once, and stay where it is.</summary>
    public async Task<Entry> EnterAsync(Session session, User user, Guid groupId, CancellationToken cancellationToken)
    {
        // Who has just made or joined a group comes here at once, and perhaps before the news of it. Everybody who is refused
        // waits alike, so the time says nothing about other tenants' groups.
        var wait = options.Value.GroupWait < s_longestWait ? options.Value.GroupWait : s_longestWait;
        return await arrivals.WaitAsync(
            user.Id,
            wait,
            async () => await groups.EnterAsync(user, session.Assurance, groupId, cancellationToken) is var tried and not Entry.Unknown ? tried : null,
            cancellationToken) ?? new Entry.Unknown();
    }

    private async Task ChooseAsync(Session session, User user, Guid? groupId, HttpResponse response, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        session.GroupId = groupId;
        log.Add("session_group_switched", user.Id, new { sessionId = session.Id }, groupId);
        db.Publish(new SessionSwitched(Guid.CreateVersion7(now), now, session.Id));
        await db.SaveChangesAsync(cancellationToken);
        ChangedSession.Tell(response, session.Id);
    }
}
