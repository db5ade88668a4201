using System.Text.Json;
using System.Text.RegularExpressions;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>Compiles JSON Schema 2020-12. A keyword that this build does not check is refused, never passed over.</summary>
internal static class JsonSchemaReader
{
    public const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    // Annotations of the specification: they describe and assert nothing.
    private static readonly HashSet<string> s_annotations = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "format",
        "contentEncoding", "contentMediaType",
    };

    private static readonly HashSet<string> s_assertions = new(StringComparer.Ordinal)
    {
        "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern",
        "minItems", "maxItems", "uniqueItems", "prefixItems", "items", "minProperties", "maxProperties", "properties", "additionalProperties",
        "required", "allOf", "anyOf", "oneOf", "not",
    };

    /// <exception cref="FormatException">Not a schema this build can check; the message says where and why.</exception>
    public static JsonSchema Read(JsonElement schema) => Read(schema, "");

    private static JsonSchema Read(JsonElement schema, string pointer)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return new JsonSchema { RefusesAll = schema.ValueKind == JsonValueKind.False };
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{pointer}: a schema is an object or a boolean.");
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            if (!s_annotations.Contains(keyword.Name) && !s_assertions.Contains(keyword.Name))
            {
                throw new FormatException($"{pointer}/{keyword.Name}: this keyword is not supported.");
            }
        }

        try
        {
            return Compile(schema, pointer);
        }
        catch (Exception fault) when (fault is InvalidOperationException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"{pointer}: {fault.Message}", fault);
        }
    }

    private static JsonSchema Compile(JsonElement schema, string pointer) => new()
    {
        Kinds = Find(schema, "type") is { } type ? KindsOf(type) : JsonKinds.Any,
        Enum = Find(schema, "const") is { } only ? [only.Clone()] : Find(schema, "enum") is { } some ? [.. some.EnumerateArray().Select(v => v.Clone())] : null,
        Minimum = Find(schema, "minimum")?.GetDouble(),
        Maximum = Find(schema, "maximum")?.GetDouble(),
        ExclusiveMinimum = Find(schema, "exclusiveMinimum")?.GetDouble(),
        ExclusiveMaximum = Find(schema, "exclusiveMaximum")?.GetDouble(),
        MultipleOf = Find(schema, "multipleOf")?.GetDecimal(),
        MinLength = Size(schema, "minLength") ?? 0,
        MaxLength = Size(schema, "maxLength") ?? long.MaxValue,
        Pattern = Find(schema, "pattern")?.GetString() is { } pattern
            // Linear in the text, whatever the pattern: schemas are also written by tenants.
            ? new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)
            : null,
        MinItems = Size(schema, "minItems") ?? 0,
        MaxItems = Size(schema, "maxItems") ?? long.MaxValue,
        UniqueItems = Find(schema, "uniqueItems")?.GetBoolean() ?? false,
        PrefixItems = List(schema, "prefixItems", pointer),
        Items = One(schema, "items", pointer),
        MinProperties = Size(schema, "minProperties") ?? 0,
        MaxProperties = Size(schema, "maxProperties") ?? long.MaxValue,
        Properties = Find(schema, "properties") is { } members
            ? members.EnumerateObject().ToDictionary(m => m.Name, m => Read(m.Value, $"{pointer}/properties/{m.Name}"), StringComparer.Ordinal)
            : [],
        AdditionalProperties = One(schema, "additionalProperties", pointer),
        Required = Find(schema, "required") is { } names ? [.. names.EnumerateArray().Select(n => n.GetString()!)] : [],
        AllOf = List(schema, "allOf", pointer),
        AnyOf = List(schema, "anyOf", pointer),
        OneOf = List(schema, "oneOf", pointer),
        Not = One(schema, "not", pointer),
    };

    private static JsonElement? Find(JsonElement schema, string keyword)
        => schema.TryGetProperty(keyword, out var value) ? value : null;

    // 2.0 is a size to the specification as well.
    private static long? Size(JsonElement schema, string keyword)
        => Find(schema, keyword) is { } value ? (long)value.GetDouble() : null;

    private static JsonSchema? One(JsonElement schema, string keyword, string pointer)
        => Find(schema, keyword) is { } value ? Read(value, $"{pointer}/{keyword}") : null;

    private static JsonSchema[] List(JsonElement schema, string keyword, string pointer)
        => Find(schema, keyword) is { } value ? [.. value.EnumerateArray().Select((s, i) => Read(s, $"{pointer}/{keyword}/{i}"))] : [];

    private static JsonKinds KindsOf(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Aggregate(JsonKinds.None, (kinds, one) => kinds | KindOf(one.GetString()))
        : KindOf(type.GetString());

    private static JsonKinds KindOf(string? name) => name switch
    {
        "null" => JsonKinds.Null,
        "boolean" => JsonKinds.Boolean,
        "integer" => JsonKinds.Integer,
        "number" => JsonKinds.Number,
        "string" => JsonKinds.String,
        "array" => JsonKinds.Array,
        "object" => JsonKinds.Object,
        _ => throw new ArgumentException($"'{name}' is not a JSON type."),
    };
}
