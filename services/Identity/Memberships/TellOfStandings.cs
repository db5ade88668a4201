using MassTransit;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Tenancy;

namespace OnePlatform.Identity.Memberships;

/// <summary>
/// Tells caches of Identity's answers that these are different now. Ontology's own news is not enough: it reaches a gateway before Identity as
/// easily as after, and what the gateway asks in between would be kept for as long as a token lives. Without an outbox, for an event that
/// could not be published is an event of Ontology's that comes again.
/// </summary>
internal static class TellOfStandings
{
    public static Task TellOfStandingsAsync(
        this ConsumeContext context, TimeProvider clock, IEnumerable<Guid>? people = null, IEnumerable<Guid>? groups = null)
    {
        var now = clock.GetUtcNow();
        return context.Publish(
            new StandingsChanged(Guid.CreateVersion7(now), now, [.. (people ?? []).Distinct()], [.. (groups ?? []).Distinct()]), context.CancellationToken);
    }
}

/// <summary>A change of a group changes the limits, origins and demands of everybody who acts in it or below it.</summary>
internal sealed class TellOfGroups(TimeProvider clock) : IGroupTreeFollower
{
    public Task FollowAsync(ConsumeContext<GroupsChanged> context)
        => context.TellOfStandingsAsync(clock, groups: context.Message.Groups.Select(group => group.Id));
}
