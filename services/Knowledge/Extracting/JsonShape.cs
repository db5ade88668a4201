using System.Text.Json;

namespace OnePlatform.Knowledge.Extracting;

/// <summary>
/// Whether a value has the shape a JSON Schema asks for, as far as models get shapes wrong: types, members, items, enumerations. Other
/// keywords are the model's to heed.
/// </summary>
internal static class JsonShape
{
    private const int Deepest = 64;

    /// <returns>Where the value differs, as a JSON Pointer with a reason; null when it does not.</returns>
    public static string? FaultOf(JsonElement schema, JsonElement value, string at = "", int depth = 0)
    {
        if (schema.ValueKind != JsonValueKind.Object || depth > Deepest)
        {
            return null;
        }

        if (schema.TryGetProperty("enum", out var allowed) && allowed.ValueKind == JsonValueKind.Array
            && !allowed.EnumerateArray().Any(a => JsonElement.DeepEquals(a, value)))
        {
            return $"{at}: is none of the values allowed";
        }

        if (schema.TryGetProperty("type", out var type) && !Types(type).Any(name => Is(name, value)))
        {
            return $"{at}: is not of the type {type.GetRawText()}";
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => OfMembers(schema, value, at, depth),
            JsonValueKind.Array when schema.TryGetProperty("items", out var items) =>
                value.EnumerateArray().Select((item, i) => FaultOf(items, item, $"{at}/{i}", depth + 1)).FirstOrDefault(f => f is not null),
            _ => null,
        };
    }

    private static string? OfMembers(JsonElement schema, JsonElement value, string at, int depth)
    {
        if (schema.TryGetProperty("required", out var required) && required.ValueKind == JsonValueKind.Array
            && required.EnumerateArray().FirstOrDefault(r => r.ValueKind == JsonValueKind.String && !value.TryGetProperty(r.GetString()!, out _)) is
            { ValueKind: JsonValueKind.String } missing)
        {
            return $"{at}: lacks {missing.GetString()}";
        }

        var known = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        var isClosed = schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.False;
        foreach (var member in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(member.Name, out var of))
            {
                if (FaultOf(of, member.Value, $"{at}/{member.Name}", depth + 1) is { } fault)
                {
                    return fault;
                }
            }
            else if (isClosed)
            {
                return $"{at}/{member.Name}: is not asked for";
            }
        }

        return null;
    }

    private static IEnumerable<string?> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array
        ? type.EnumerateArray().Select(t => t.GetString())
        : [type.GetString()];

    private static bool Is(string? type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() % 1 == 0,
        _ => true,
    };
}
