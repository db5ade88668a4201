using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.Ontology.Http;

namespace OnePlatform.Ontology.Groups;

/// <param name="Slug">3–30 characters a–z, 0–9 and hyphens, unique on the platform.</param>
/// <param name="Type">One of the six group types.</param>
public sealed record CreateGroupRequest(
    [property: Required, StringLength(30, MinimumLength = 3), RegularExpression("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")] string Slug,
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    [property: Required, AllowedValues("friend_circle", "business", "community", "dao", "government", "organization")] string Type,
    Guid? ParentGroupId = null,
    [property: StringLength(2000)] string? Description = null,
    GroupSettings? Settings = null,
    JsonElement? Metadata = null,
    [property: AllowedValues("starter", "pro", "enterprise", null)] string? Plan = null);

/// <summary>What a merge patch of a group can change.</summary>
public sealed record GroupPatch
{
    [Required, StringLength(30, MinimumLength = 3), RegularExpression("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    public string Slug { get; init; } = "";

    [Required, StringLength(200, MinimumLength = 1)]
    public string Name { get; init; } = "";

    [StringLength(2000)]
    public string? Description { get; init; }

    [Required, AllowedValues("starter", "pro", "enterprise")]
    public string Plan { get; init; } = "";

    public GroupSettings Settings { get; init; } = new();

    public JsonElement Metadata { get; init; }
}

/// <param name="Limits">The quotas in force: the plan's, or the group's own in their place.</param>
public sealed record GroupResponse(
    Guid Id, string Slug, string Name, string Type, Guid? ParentGroupId, IReadOnlyList<Guid> Path, string? Description, string Plan,
    GroupSettings Settings, QuotaSettings Limits, JsonElement Metadata, string Status, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? ArchivedAt) : IVersioned
{
    internal static GroupResponse Of(Group group) => new(
        group.Id, group.Slug, group.Name, group.Type, group.ParentId, group.Path, group.Description, group.Plan,
        group.Settings, GroupPlans.QuotasOf(group.Plan, group.Settings.Limits), JsonElement.Parse(group.Metadata), group.Status, group.Version,
        group.CreatedAt, group.UpdatedAt, group.ArchivedAt);
}

/// <param name="Depth">0 for the group that was asked for.</param>
public sealed record GroupNodeResponse(Guid Id, Guid? ParentGroupId, string Slug, string Name, string Type, string Status, int Depth);

public sealed record GroupList<T>(IReadOnlyList<T> Results);
