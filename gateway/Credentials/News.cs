using MassTransit;
using OnePlatform.Gateway.Cors;
using OnePlatform.Identity.Contracts;
using OnePlatform.Ontology.Contracts;

namespace OnePlatform.Gateway.Credentials;

/// <summary>Ends grants, on every instance: the mark in Redis first, or this instance could fetch the stale one back from there.</summary>
internal sealed class GrantEviction(Evictions evictions, SharedGrants shared)
{
    public async Task EvictAsync(IReadOnlyCollection<Guid> tags)
    {
        await shared.EvictAsync(tags);
        evictions.Evict(tags);
    }
}

internal sealed class ForgetChangedKeys(GrantEviction grants) : IConsumer<ApiKeysChanged>
{
    public Task Consume(ConsumeContext<ApiKeysChanged> context) => grants.EvictAsync([.. context.Message.KeyIds]);
}

internal sealed class ForgetRevokedSessions(GrantEviction grants, DeniedSessions denied) : IConsumer<SessionsRevoked>
{
    public async Task Consume(ConsumeContext<SessionsRevoked> context)
    {
        await denied.AddAsync(context.Message.SessionIds, context.Message.RefuseUntil);
        await grants.EvictAsync([.. context.Message.SessionIds]);
    }
}

internal sealed class ForgetSwitchedSessions(GrantEviction grants) : IConsumer<SessionSwitched>
{
    public Task Consume(ConsumeContext<SessionSwitched> context) => grants.EvictAsync([context.Message.SessionId]);
}

/// <summary>Also what was asked between Ontology's news and the moment at which Identity had taken it over.</summary>
internal sealed class ForgetChangedStandings(GrantEviction grants) : IConsumer<StandingsChanged>
{
    public Task Consume(ConsumeContext<StandingsChanged> context) => grants.EvictAsync([.. context.Message.PersonIds, .. context.Message.GroupIds]);
}

/// <summary>At once, also while Identity is away: rather no answer from it than one from before.</summary>
internal sealed class ForgetChangedMemberships(GrantEviction grants) : IConsumer<MembershipsChanged>
{
    public Task Consume(ConsumeContext<MembershipsChanged> context)
        => grants.EvictAsync([.. context.Message.Memberships.Select(membership => membership.PersonId).Distinct()]);
}

internal sealed class ForgetChangedGroups(GrantEviction grants, GroupOrigins origins) : IConsumer<GroupsChanged>
{
    public async Task Consume(ConsumeContext<GroupsChanged> context)
    {
        await grants.EvictAsync([.. context.Message.Groups.Select(group => group.Id)]);
        await origins.KeepAsync(context.Message.Groups);
    }
}
