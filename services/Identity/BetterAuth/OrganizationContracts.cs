using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnePlatform.Identity.BetterAuth;

/// <param name="Slug">3–30 characters a–z, 0–9 and hyphens, unique on the platform.</param>
/// <param name="Logo">Kept with the metadata.</param>
/// <param name="KeepCurrentActiveOrganization">Else the session acts in the new organization.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthCreateOrganizationRequest(
    [Required, StringLength(200, MinimumLength = 1)] string Name,
    [Required, StringLength(30, MinimumLength = 3)] string Slug,
    [StringLength(2000)] string? Logo = null,
    JsonElement? Metadata = null,
    bool KeepCurrentActiveOrganization = false);

/// <summary>With neither, the session acts in the first group that lets the person in.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthSetActiveRequest(Guid? OrganizationId = null, [StringLength(30)] string? OrganizationSlug = null);

/// <param name="Role"><c>owner</c>, <c>admin</c> or <c>member</c>, or a role of the platform.</param>
/// <param name="OrganizationId">The active one unless stated.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record BetterAuthInviteRequest(
    [Required, StringLength(254)] string Email, [Required, StringLength(20)] string Role, Guid? OrganizationId = null);

/// <summary>A group.</summary>
public sealed record BetterAuthOrganization(string Id, string Name, string Slug, DateTimeOffset CreatedAt, string? Logo, JsonElement Metadata)
{
    public IReadOnlyList<BetterAuthMember>? Members { get; init; }
}

public sealed record BetterAuthMember(string Id, string OrganizationId, string UserId, string Role, DateTimeOffset CreatedAt);

/// <param name="Status"><c>pending</c>.</param>
public sealed record BetterAuthInvitation(
    string Id, string OrganizationId, string Email, string Role, string Status, string InviterId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
