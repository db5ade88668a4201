using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using OnePlatform.Ontology.Http;

namespace OnePlatform.Ontology.Things;

/// <param name="Type">A thing type, or another name of one.</param>
/// <param name="Properties">An object; known members must be of the type's schema, others are kept as they are.</param>
/// <param name="Status"><c>active</c> unless stated.</param>
/// <param name="ExternalId">The caller's own id, unique within the group.</param>
public sealed record CreateThingRequest(
    [property: Required, StringLength(60, MinimumLength = 1)] string Type,
    [property: Required, StringLength(500, MinimumLength = 1)] string Name,
    JsonElement? Properties = null,
    [property: AllowedValues("draft", "active", "published", "inactive", null)] string? Status = null,
    [property: StringLength(200, MinimumLength = 1)] string? ExternalId = null);

/// <summary>What an upsert by external id states.</summary>
public sealed record PutThingRequest(
    [property: Required, StringLength(60, MinimumLength = 1)] string Type,
    [property: Required, StringLength(500, MinimumLength = 1)] string Name,
    JsonElement? Properties = null,
    [property: AllowedValues("draft", "active", "published", "inactive", null)] string? Status = null);

/// <summary>What a merge patch of a thing can change.</summary>
public sealed record ThingPatch
{
    [Required, StringLength(500, MinimumLength = 1)]
    public string Name { get; init; } = "";

    public JsonElement Properties { get; init; }

    [Required, AllowedValues("draft", "active", "published", "inactive", "archived")]
    public string Status { get; init; } = "";

    [StringLength(200, MinimumLength = 1)]
    public string? ExternalId { get; init; }
}

/// <param name="Warnings">Documented properties that are missing, where <c>?strict=false</c> asked for them.</param>
public sealed record ThingResponse(
    Guid Id, Guid GroupId, string Type, string Name, JsonElement Properties, string Status, string? ExternalId, Guid? CreatedBy, long Version,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? ArchivedAt = null,
    [property: JsonPropertyOrder(1)] IReadOnlyList<string>? Warnings = null) : IVersioned;
