using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using OnePlatform.Knowledge.Generation;

namespace OnePlatform.Knowledge.Extracting;

/// <param name="Schema">JSON Schema of what to find; or <paramref name="ThingTypes"/>.</param>
/// <param name="ThingTypes">Types of things to find in the text, instead of a schema.</param>
/// <param name="Store">Creates the things that were found; needs the scope things:write as well.</param>
public sealed record ExtractRequest(
    [property: Required, StringLength(200_000, MinimumLength = 1)] string Text,
    JsonElement? Schema = null,
    [property: MinLength(1), MaxLength(20)] IReadOnlyList<string>? ThingTypes = null,
    bool Store = false,
    [property: StringLength(100)] string? Model = null);

/// <param name="Id">Null when the thing was refused; then <paramref name="Error"/> says why.</param>
public sealed record StoredThing(string Type, string Name, Guid? Id, string? Error = null);

/// <param name="Data">Of the shape of the schema that was asked for.</param>
public sealed record ExtractResponse(JsonElement Data, string Model, TokenUsage Usage, IReadOnlyList<StoredThing>? Stored = null);
