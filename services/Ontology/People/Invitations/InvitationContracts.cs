using System.ComponentModel.DataAnnotations;

namespace OnePlatform.Ontology.People.Invitations;

/// <param name="Role"><c>group_owner</c>, <c>group_user</c> or <c>customer</c>; older spellings are understood.</param>
public sealed record InvitePersonRequest(
    [property: Required, EmailAddress, StringLength(254), RegularExpression(@"^[^\u0000-\u001F\s]+$")] string Email,
    [property: Required, StringLength(20)] string Role,
    [property: StringLength(200, MinimumLength = 1), RegularExpression(@"^[^\u0000]+$")] string? Name = null);

/// <param name="Status"><c>pending</c> or <c>expired</c>.</param>
/// <param name="InviteUrl">The link to hand to the invited person; told once, to the inviter alone.</param>
/// <param name="InviteToken">What the link carries; a sign-up takes it as <c>inviteToken</c>.</param>
public sealed record InvitationResponse(
    Guid Id, Guid GroupId, string Email, string? Name, string Role, string Status, Guid? InvitedBy, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt,
    Uri? InviteUrl = null, string? InviteToken = null);

/// <summary>The place that was taken.</summary>
public sealed record AcceptedInvitation(Guid GroupId, Guid PersonId, string Role, DateTimeOffset JoinedAt);
