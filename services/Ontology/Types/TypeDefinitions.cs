using System.Text.Json;
using System.Text.Json.Serialization;
using OnePlatform.Ontology.Types.Schemas;

namespace OnePlatform.Ontology.Types;

/// <summary>A thing type as the embedded data states it.</summary>
/// <param name="Tier"><c>canonical</c> or <c>extension</c>.</param>
/// <param name="Text">The properties worth reading for search.</param>
/// <param name="Expected">Properties without which a thing of this type is of poor quality.</param>
/// <param name="Documented">Properties that every thing of this type is documented to have.</param>
/// <param name="Examples">Properties as they may look, part of the schema.</param>
/// <param name="Schema">The schema as a group states it, in place of <paramref name="Properties"/>.</param>
internal sealed record ThingTypeData(
    string Name, string Category, string Tier, string Description, JsonElement? Properties = null,
    string[]? Aliases = null, string[]? Text = null, string[]? Expected = null, string[]? Documented = null, JsonElement[]? Examples = null,
    JsonElement? Schema = null);

internal sealed record ConnectionTypeData(
    string Name, string Category, string Description, string[] From, string[] To, JsonElement? Metadata = null,
    string? Inverse = null, bool Acyclic = false, bool Mutual = false, bool StrictEnds = false, string[]? Aliases = null, string? Cardinality = null,
    JsonElement? Schema = null)
{
    public const string ManyToMany = "many_to_many";

    /// <summary>From a thing leads at most one such connection.</summary>
    [JsonIgnore]
    public bool HasOneTo => Cardinality is "many_to_one" or "one_to_one";

    /// <summary>To a thing leads at most one such connection.</summary>
    [JsonIgnore]
    public bool HasOneFrom => Cardinality is "one_to_many" or "one_to_one";

    /// <summary>Whether one connection of this type can forbid another, so that writers must not act side by side.</summary>
    [JsonIgnore]
    public bool IsExclusive => Acyclic || HasOneTo || HasOneFrom;
}

internal sealed record EventTypeData(
    string Name, string Category, string Tier, string Description, JsonElement? Metadata = null, string[]? Aliases = null, string[]? Required = null,
    JsonElement? Schema = null);

/// <summary>Which row a group's own type is.</summary>
internal sealed record CustomType(Guid Id, Guid GroupId, long Version);

internal sealed class ThingType
{
    private readonly string[] _documented;

    public ThingType(ThingTypeData data, CustomType? custom = null)
    {
        Custom = custom;
        Data = data;
        _documented = data.Documented ?? [];
        var json = data.Schema ?? ObjectSchema.Of(data.Properties, examples: data.Examples);
        Schema = JsonSchemaReader.Read(json);
        Response = new ThingTypeResponse(
            data.Name, data.Category, data.Tier, data.Description, data.Aliases ?? [], data.Text ?? [], data.Expected ?? [], _documented,
            custom?.Version ?? 1, json, custom?.Id, custom?.GroupId);
    }

    public string Name => Response.Name;

    public ThingTypeData Data { get; }

    public CustomType? Custom { get; }

    public JsonSchema Schema { get; }

    public ThingTypeResponse Response { get; }

    /// <summary>The documented properties that <paramref name="properties"/> lacks.</summary>
    public IEnumerable<string> Missing(JsonElement properties)
        => _documented.Where(name => !properties.TryGetProperty(name, out _));
}

internal sealed class ConnectionType
{
    public ConnectionType(ConnectionTypeData data, CustomType? custom = null)
    {
        Custom = custom;
        var json = data.Schema ?? ObjectSchema.Of(data.Metadata);
        Schema = JsonSchemaReader.Read(json);
        Data = data;
        Response = new ConnectionTypeResponse(
            data.Name, data.Category, custom is null ? "canonical" : "custom", data.Description, data.From, data.To, data.Inverse, data.Acyclic,
            data.Mutual, data.StrictEnds, data.Cardinality ?? ConnectionTypeData.ManyToMany, data.Aliases ?? [], custom?.Version ?? 1, json,
            custom?.Id, custom?.GroupId);
    }

    public string Name => Data.Name;

    public CustomType? Custom { get; }

    public ConnectionTypeData Data { get; }

    public JsonSchema Schema { get; }

    public ConnectionTypeResponse Response { get; }

    /// <summary>Whether things of these types may be joined. Most documented ends are advice; some are binding.</summary>
    public bool Joins(string fromType, string toType)
        => !Data.StrictEnds || (Allows(Data.From, fromType) && Allows(Data.To, toType));

    private static bool Allows(string[] types, string type) => types.Contains("*") || types.Contains(type, StringComparer.Ordinal);
}

internal sealed class EventType
{
    public EventType(EventTypeData data, CustomType? custom = null)
    {
        Custom = custom;
        Data = data;
        Response = new EventTypeResponse(
            data.Name, data.Category, data.Tier, data.Description, data.Aliases ?? [], custom?.Version ?? 1,
            data.Schema ?? ObjectSchema.Of(data.Metadata, data.Required), custom?.Id, custom?.GroupId);
    }

    public CustomType? Custom { get; }

    public EventTypeData Data { get; }

    public EventTypeResponse Response { get; }
}

internal static class ObjectSchema
{
    /// <summary>Any object.</summary>
    public static JsonElement Anything { get; } = Of(JsonElement.Parse("{}"));

    /// <summary>An object with the given known members, and any others.</summary>
    public static JsonElement Of(JsonElement? properties, string[]? required = null, JsonElement[]? examples = null)
    {
        var schema = new Dictionary<string, object> { ["$schema"] = JsonSchemaReader.Dialect, ["type"] = "object", ["properties"] = properties ?? JsonElement.Parse("{}") };
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
