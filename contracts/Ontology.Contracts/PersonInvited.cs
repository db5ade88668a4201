using OnePlatform.Contracts;

namespace OnePlatform.Ontology.Contracts;

/// <summary>Somebody was invited to a group. The link's secret is not in it: whoever redeems an invitation states that secret's hash.</summary>
/// <param name="Email">In lower case.</param>
/// <param name="Role"><c>group_owner</c>, <c>group_user</c> or <c>customer</c>.</param>
/// <param name="ExpiresAt">UTC; the invitation is worth nothing from then on.</param>
public sealed record PersonInvited(
    Guid EventId, DateTimeOffset OccurredAt, EventOrigin Origin, IReadOnlyList<LogLine> Log, Guid InvitationId, Guid GroupId, string GroupName,
    string Email, string Role, DateTimeOffset ExpiresAt)
    : ILoggedEvent;
