using System.Text.Json.Nodes;

namespace OnePlatform.Gateway.Documents;

/// <summary>States in a schema what holds of every value for want of room; a schema's own, tighter limits stand.</summary>
internal static class SchemaBounds
{
    /// <summary>Characters of the largest body there is, of a document.</summary>
    public const long LongestText = 25 * 1024 * 1024;

    /// <summary>Characters of the longest request line.</summary>
    public const long LongestParameter = 16 * 1024;

    /// <summary>Characters of all headers together.</summary>
    public const long LongestHeader = 32 * 1024;

    // An item and its comma are two characters at least.
    private const long MostItems = LongestText / 2;
    private const int LengthOfId = 36;
    private const int LengthOfTime = 40;

    public static void Apply(JsonNode? node, long longest)
    {
        if (node is not JsonObject schema)
        {
            return;
        }

        if (Is(schema, "string") && !schema.ContainsKey("enum") && !schema.ContainsKey("const"))
        {
            schema["maxLength"] ??= schema["format"]?.GetValue<string>() switch
            {
                "uuid" => LengthOfId,
                "date-time" or "date" or "time" or "duration" => LengthOfTime,
                _ => longest,
            };
        }

        if (Is(schema, "integer"))
        {
            schema["format"] ??= "int64";
            var isShort = schema["format"]!.GetValue<string>() == "int32";
            AddUnless(schema, "minimum", "exclusiveMinimum", isShort ? int.MinValue : long.MinValue);
            AddUnless(schema, "maximum", "exclusiveMaximum", isShort ? int.MaxValue : long.MaxValue);
        }

        if (Is(schema, "array"))
        {
            schema["maxItems"] ??= MostItems;
            schema["items"] ??= new JsonObject();
        }

        foreach (var keyword in new[] { "items", "additionalProperties", "not" })
        {
            Apply(schema[keyword], longest);
        }

        foreach (var keyword in new[] { "properties", "patternProperties", "$defs" })
        {
            foreach (var (_, member) in schema[keyword] as JsonObject ?? [])
            {
                Apply(member, longest);
            }
        }

        foreach (var keyword in new[] { "allOf", "anyOf", "oneOf", "prefixItems" })
        {
            foreach (var alternative in schema[keyword] as JsonArray ?? [])
            {
                Apply(alternative, longest);
            }
        }
    }

    private static void AddUnless(JsonObject schema, string name, string other, long value)
    {
        if (!schema.ContainsKey(other))
        {
            schema[name] ??= value;
        }
    }

    private static bool Is(JsonObject schema, string type) => schema["type"] switch
    {
        JsonValue one => one.GetValue<string>() == type,
        JsonArray several => several.Any(each => each?.GetValue<string>() == type),
        _ => false,
    };
}
