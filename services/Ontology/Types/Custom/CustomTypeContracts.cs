using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace OnePlatform.Ontology.Types.Custom;

/// <param name="Name">a–z, 0–9 and underscores; no other type of the group, of those above it or below it has it.</param>
/// <param name="Schema">JSON Schema 2020-12 of <c>properties</c>.</param>
/// <param name="Documented">Properties each thing should have; missing ones are warnings, or errors in a strict group.</param>
public sealed record CreateThingTypeRequest(
    [property: Required, StringLength(60, MinimumLength = 2), RegularExpression("^[a-z][a-z0-9_]*$")] string Name,
    JsonElement Schema,
    [property: StringLength(2000)] string? Description = null,
    [property: StringLength(60, MinimumLength = 1)] string? Category = null,
    [property: MaxLength(100)] IReadOnlyList<string>? Documented = null);

/// <summary>What a merge patch of a thing type can change.</summary>
public sealed record ThingTypePatch
{
    public JsonElement Schema { get; init; }

    [StringLength(2000)]
    public string? Description { get; init; }

    [StringLength(60, MinimumLength = 1)]
    public string? Category { get; init; }

    [MaxLength(100)]
    public IReadOnlyList<string>? Documented { get; init; }
}

/// <param name="From">Thing types such a connection begins at; <c>*</c> is any.</param>
/// <param name="StrictEnds">Other ends are refused, not just unusual.</param>
/// <param name="Cardinality"><c>many_to_one</c>: from each thing leads at most one; and so on.</param>
/// <param name="Schema">JSON Schema 2020-12 of <c>metadata</c>.</param>
public sealed record CreateConnectionTypeRequest(
    [property: Required, StringLength(60, MinimumLength = 2), RegularExpression("^[a-z][a-z0-9_]*$")] string Name,
    [property: StringLength(2000)] string? Description = null,
    [property: StringLength(60, MinimumLength = 1)] string? Category = null,
    [property: MaxLength(200)] IReadOnlyList<string>? From = null,
    [property: MaxLength(200)] IReadOnlyList<string>? To = null,
    [property: StringLength(100)] string? Inverse = null,
    bool Acyclic = false,
    bool Mutual = false,
    bool StrictEnds = false,
    [property: AllowedValues("many_to_many", "one_to_many", "many_to_one", "one_to_one", null)] string? Cardinality = null,
    JsonElement? Schema = null);

/// <summary>What a merge patch of a connection type can change.</summary>
public sealed record ConnectionTypePatch
{
    [StringLength(2000)]
    public string? Description { get; init; }

    [StringLength(60, MinimumLength = 1)]
    public string? Category { get; init; }

    [MaxLength(200)]
    public IReadOnlyList<string>? From { get; init; }

    [MaxLength(200)]
    public IReadOnlyList<string>? To { get; init; }

    [StringLength(100)]
    public string? Inverse { get; init; }

    public bool Acyclic { get; init; }

    public bool Mutual { get; init; }

    public bool StrictEnds { get; init; }

    [AllowedValues("many_to_many", "one_to_many", "many_to_one", "one_to_one", null)]
    public string? Cardinality { get; init; }

    public JsonElement? Schema { get; init; }
}

/// <param name="Name">Begins with <c>x.</c>, as every event type does that is not the platform's.</param>
/// <param name="Schema">JSON Schema 2020-12 of <c>metadata</c>.</param>
public sealed record CreateEventTypeRequest(
    [property: Required, StringLength(100, MinimumLength = 3), RegularExpression(@"^x\.[a-z0-9_.]+$")] string Name,
    [property: StringLength(2000)] string? Description = null,
    [property: StringLength(60, MinimumLength = 1)] string? Category = null,
    JsonElement? Schema = null);

/// <summary>What a merge patch of an event type can change; events that happened stay as they are.</summary>
public sealed record EventTypePatch
{
    [StringLength(2000)]
    public string? Description { get; init; }

    [StringLength(60, MinimumLength = 1)]
    public string? Category { get; init; }

    public JsonElement? Schema { get; init; }
}
