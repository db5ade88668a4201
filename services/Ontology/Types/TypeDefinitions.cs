using System.Text.Json;
using OnePlatform.Ontology.Types.Schemas;

namespace OnePlatform.Ontology.Types;

/// <summary>A thing type as the embedded data states it.</summary>
/// <param name="Tier"><c>canonical</c> or <c>extension</c>.</param>
/// <param name="Text">The properties worth reading for search.</param>
/// <param name="Expected">Properties without which a thing of this type is of poor quality.</param>
/// <param name="Documented">Properties that every thing of this type is documented to have.</param>
/// <param name="Examples">Properties as they may look, part of the schema.</param>
internal sealed record ThingTypeData(
    string Name, string Category, string Tier, string Description, JsonElement Properties,
    string[]? Aliases = null, string[]? Text = null, string[]? Expected = null, string[]? Documented = null, JsonElement[]? Examples = null);

internal sealed record ConnectionTypeData(
    string Name, string Category, string Description, string[] From, string[] To, JsonElement Metadata,
    string? Inverse = null, bool Acyclic = false, bool Mutual = false, bool StrictEnds = false, string[]? Aliases = null);

internal sealed record EventTypeData(
    string Name, string Category, string Tier, string Description, JsonElement Metadata, string[]? Aliases = null, string[]? Required = null);

internal sealed class ThingType
{
    private readonly string[] _documented;

    public ThingType(ThingTypeData data)
    {
        _documented = data.Documented ?? [];
        var json = ObjectSchema.Of(data.Properties, examples: data.Examples);
        Schema = JsonSchemaReader.Read(json);
        Response = new ThingTypeResponse(
            data.Name, data.Category, data.Tier, data.Description, data.Aliases ?? [], data.Text ?? [], data.Expected ?? [], _documented,
            Version: 1, json);
    }

    public string Name => Response.Name;

    public JsonSchema Schema { get; }

    public ThingTypeResponse Response { get; }

    /// <summary>The documented properties that <paramref name="properties"/> lacks.</summary>
    public IEnumerable<string> Missing(JsonElement properties)
        => _documented.Where(name => !properties.TryGetProperty(name, out _));
}

internal sealed class ConnectionType
{
    public ConnectionType(ConnectionTypeData data)
    {
        var json = ObjectSchema.Of(data.Metadata);
        Schema = JsonSchemaReader.Read(json);
        Data = data;
        Response = new ConnectionTypeResponse(
            data.Name, data.Category, data.Description, data.From, data.To, data.Inverse, data.Acyclic, data.Mutual, data.StrictEnds,
            data.Aliases ?? [], Version: 1, json);
    }

    public string Name => Data.Name;

    public ConnectionTypeData Data { get; }

    public JsonSchema Schema { get; }

    public ConnectionTypeResponse Response { get; }

    /// <summary>Whether things of these types may be joined. Most documented ends are advice; some are binding.</summary>
    public bool Joins(string fromType, string toType)
        => !Data.StrictEnds || (Allows(Data.From, fromType) && Allows(Data.To, toType));

    private static bool Allows(string[] types, string type) => types.Contains("*") || types.Contains(type, StringComparer.Ordinal);
}

internal static class ObjectSchema
{
    /// <summary>An object with the given known members, and any others.</summary>
    public static JsonElement Of(JsonElement properties, string[]? required = null, JsonElement[]? examples = null)
    {
        var schema = new Dictionary<string, object> { ["$schema"] = JsonSchemaReader.Dialect, ["type"] = "object", ["properties"] = properties };
        if (required is { Length: > 0 })
        {
            schema["required"] = required;
        }

        if (examples is { Length: > 0 })
        {
            schema["examples"] = examples;
        }

        return JsonSerializer.SerializeToElement(schema);
    }
}
