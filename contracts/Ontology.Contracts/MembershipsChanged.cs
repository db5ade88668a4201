using OnePlatform.Contracts;

namespace OnePlatform.Ontology.Contracts;

/// <summary>People joined or left groups, or hold another role in them.</summary>
public sealed record MembershipsChanged(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, IReadOnlyList<MembershipSnapshot> Memberships)
    : ILoggedEvent;

/// <summary>One person's place in one group.</summary>
/// <param name="PersonId">The user's id in Identity, which is also the person's id in the ontology.</param>
/// <param name="Role"><c>group_owner</c>, <c>group_user</c> or <c>customer</c>.</param>
/// <param name="Active">False when the person left or was removed.</param>
/// <param name="Version">Grows with every change of this membership.</param>
public sealed record MembershipSnapshot(
    Guid GroupId, Guid PersonId, string Role, IReadOnlyList<string> Permissions, bool Active, long Version);
