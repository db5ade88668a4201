using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.Ontology.Http;

namespace OnePlatform.Ontology.People;

/// <summary>A person in a group.</summary>
/// <param name="Permissions">Besides what the role allows: read, write, admin, billing, settings or *.</param>
/// <param name="Profile">How the person shows up in this group; theirs to change. Known members are those of the thing type <c>creator</c>.</param>
/// <param name="Status"><c>active</c> or <c>left</c>.</param>
public sealed record PersonResponse(
    Guid Id, Guid GroupId, string? Name, string? Email, string Role, IReadOnlyList<string> Permissions, JsonElement Profile, string Status,
    Guid? InvitedBy, long Version, DateTimeOffset JoinedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ArchivedAt) : IVersioned;

/// <summary>What a merge patch of a person can change: role and permissions by an owner, the profile by the person.</summary>
public sealed record PersonPatch
{
    [Required, StringLength(20)]
    public string Role { get; init; } = "";

    [MaxLength(20)]
    public IReadOnlyList<string> Permissions { get; init; } = [];

    public JsonElement Profile { get; init; }
}

/// <summary>A person's place in one of their groups.</summary>
public sealed record PersonGroupResponse(Guid GroupId, string Slug, string Name, string Type, string Status, string Role, DateTimeOffset JoinedAt);
