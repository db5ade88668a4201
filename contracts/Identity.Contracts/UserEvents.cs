using OnePlatform.Contracts;

namespace OnePlatform.Identity.Contracts;

/// <summary>A person signed up. Ontology answers with a personal group and a membership in it.</summary>
/// <param name="InviteId">The invitation that was redeemed with the sign-up, if any.</param>
public sealed record UserRegistered(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, UserSnapshot User, Guid? InviteId = null)
    : ILoggedEvent
{
    /// <summary>SHA-256 of the invitation's token that came with the sign-up, in lower-case hexadecimal; null without one.</summary>
    public string? InviteTokenHash { get; init; }
}

/// <summary>A user's name, address, verification or existence changed.</summary>
public sealed record UserChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, UserSnapshot User)
    : ILoggedEvent;

/// <summary>What other services may know of a user.</summary>
/// <param name="Version">Grows with every change; an older snapshot than the one held is ignored.</param>
public sealed record UserSnapshot(Guid Id, string Email, string Name, bool EmailVerified, bool Deleted, long Version);

/// <summary>Sessions that must be refused from now on, although their access tokens have time left.</summary>
/// <param name="SessionIds">The <c>sid</c> claims to refuse.</param>
/// <param name="RefuseUntil">When the last access token of these sessions ends, UTC.</param>
public sealed record SessionsRevoked(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, IReadOnlyList<Guid> SessionIds, DateTimeOffset RefuseUntil)
    : ILoggedEvent;

/// <summary>A session acts in another group from now on. Caches of what it may do drop it; the event log is told apart from this.</summary>
/// <param name="SessionId">Its <c>sid</c> claim.</param>
public sealed record SessionSwitched(Guid EventId, DateTimeOffset OccurredAt, Guid SessionId) : IIntegrationEvent;

/// <summary>
/// Identity has taken over what Ontology told of these people's memberships, or of these groups, and answers by it from now on.
/// Caches of what it answered drop that: who asked after Ontology's own news may still have been told what was before.
/// </summary>
public sealed record StandingsChanged(
    Guid EventId, DateTimeOffset OccurredAt, IReadOnlyList<Guid> PersonIds, IReadOnlyList<Guid> GroupIds) : IIntegrationEvent;
