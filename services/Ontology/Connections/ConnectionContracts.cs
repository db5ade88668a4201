using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.Ontology.Http;

namespace OnePlatform.Ontology.Connections;

/// <param name="Type">A connection type, or another name of one.</param>
/// <param name="Metadata">An object; known members must be of the type's schema.</param>
/// <param name="Strength">0 to 1.</param>
public sealed record CreateConnectionRequest(
    Guid FromId,
    Guid ToId,
    [property: Required, StringLength(60, MinimumLength = 1)] string Type,
    JsonElement? Metadata = null,
    [property: Range(0.0, 1.0)] double? Strength = null,
    DateTimeOffset? ValidFrom = null,
    DateTimeOffset? ValidTo = null);

/// <summary>What a merge patch of a connection can change.</summary>
public sealed record ConnectionPatch
{
    public JsonElement Metadata { get; init; }

    [Range(0.0, 1.0)]
    public double? Strength { get; init; }

    public DateTimeOffset? ValidFrom { get; init; }

    public DateTimeOffset? ValidTo { get; init; }
}

/// <param name="State"><c>future</c>, <c>active</c> or <c>expired</c>, by its validity now.</param>
public sealed record ConnectionResponse(
    Guid Id, Guid GroupId, Guid FromId, Guid ToId, string Type, JsonElement Metadata, double? Strength, DateTimeOffset? ValidFrom,
    DateTimeOffset? ValidTo, string State, Guid? CreatedBy, long Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? ArchivedAt = null) : IVersioned;

/// <param name="Direction"><c>out</c> when the thing asked about is where the connection begins, else <c>in</c>.</param>
/// <param name="Other">The thing at the other end.</param>
public sealed record ConnectedThingResponse(
    Guid Id, string Type, string Direction, ConnectedEnd Other, JsonElement Metadata, double? Strength, DateTimeOffset? ValidFrom,
    DateTimeOffset? ValidTo, string State, DateTimeOffset CreatedAt);

public sealed record ConnectedEnd(Guid Id, string Type, string Name, string Status);
