using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Ontology.People.JoinRequests;

/// <param name="Message">Shown to the group's owners where they decide.</param>
public sealed record JoinGroupRequest(
    [property: StringLength(1000, MinimumLength = 1), RegularExpression(@"^[^\u0000]+$")] string? Message = null);

/// <param name="Status"><c>joined</c>, or <c>pending</c> until an owner has decided.</param>
/// <param name="Role">The role that came with the place.</param>
/// <param name="RequestId">The request that waits for an owner.</param>
public sealed record JoinAnswer(Guid GroupId, Guid PersonId, string Status, string? Role = null, DateTimeOffset? JoinedAt = null, Guid? RequestId = null);

/// <param name="Role"><c>customer</c> unless stated; <c>group_owner</c> or <c>group_user</c>.</param>
public sealed record ApproveJoinRequest([property: StringLength(20)] string? Role = null);

/// <param name="Status"><c>pending</c>, <c>approved</c> or <c>rejected</c>.</param>
/// <param name="Name">Shown while the request is pending, and to those who share a group afterwards.</param>
/// <param name="Email">As <paramref name="Name"/>.</param>
public sealed record JoinRequestResponse(
    Guid Id, Guid GroupId, Guid PersonId, string? Name, string? Email, string? Message, string Status, string? Role, DateTimeOffset CreatedAt,
    Guid? DecidedBy, DateTimeOffset? DecidedAt);
