using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OnePlatform.Gateway.Documents;

/// <summary>Makes a value that fits a schema, for readers of the document. Null where none is found that surely does.</summary>
internal sealed class SchemaExamples(JsonObject schemas)
{
    private const string Prefix = "#/components/schemas/";
    private const int Deepest = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    public JsonNode? Of(JsonNode? schema) => Of(schema as JsonObject, "", depth: 0);

    private JsonNode? Of(JsonObject? schema, string name, int depth)
    {
        if (schema is null || depth > Deepest)
        {
            return null;
        }

        if (schema["$ref"]?.GetValue<string>() is { } reference)
        {
            var target = reference.StartsWith(Prefix, StringComparison.Ordinal) ? reference[Prefix.Length..] : "";
            return ExampleValues.Whole(target) ?? Of(schemas[target] as JsonObject, name, depth + 1);
        }

        return Stated(schema) ?? (schema["oneOf"] ?? schema["anyOf"]) switch
        {
            JsonArray several => several.Select(one => Of(one as JsonObject, name, depth + 1)).FirstOrDefault(made => made is not null),
            _ => OfType(schema, name, depth),
        };
    }

    private static JsonNode? Stated(JsonObject schema)
        => (schema["example"] ?? schema["const"] ?? (schema["examples"] as JsonArray)?.FirstOrDefault()
            ?? (schema["enum"] as JsonArray)?.FirstOrDefault(value => value is not null))?.DeepClone();

    private JsonNode? OfType(JsonObject schema, string name, int depth) => TypeOf(schema) switch
    {
        "object" => Object(schema, depth),
        "array" => Array(schema, name, depth),
        "string" => Text(schema, name),
        "integer" or "number" => Number(schema),
        "boolean" => JsonValue.Create(true),
        // Anything fits, and what has no type is an object everywhere here.
        null when schema["properties"] is not null || !schema.ContainsKey("allOf") => Object(schema, depth),
        _ => null,
    };

    private static string? TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => several.Select(one => one!.GetValue<string>()).FirstOrDefault(one => one != "null"),
        JsonValue one => one.GetValue<string>(),
        _ => null,
    };

    private JsonObject? Object(JsonObject schema, int depth)
    {
        var made = new JsonObject();
        var required = (schema["required"] as JsonArray)?.Select(name => name!.GetValue<string>()).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var (name, member) in schema["properties"] as JsonObject ?? [])
        {
            if (Of(member as JsonObject, name, depth + 1) is { } value)
            {
                made[name] = value;
            }
            else if (required.Contains(name))
            {
                return null;
            }
        }

        return made;
    }

    private JsonArray? Array(JsonObject schema, string name, int depth)
    {
        var least = Limit(schema, "minItems") ?? 0;
        return Of(schema["items"] as JsonObject, name.EndsWith('s') ? name[..^1] : name, depth + 1) is { } item ? least > 1 ? null : [item]
            : least > 0 ? null : [];
    }

    private static JsonValue? Text(JsonObject schema, string name)
    {
        switch (schema["format"]?.GetValue<string>())
        {
            case "uuid":
                return JsonValue.Create(ExampleValues.Id);
            case "date-time":
                return JsonValue.Create(ExampleValues.Time);
            case "date":
                return JsonValue.Create(ExampleValues.Time[..10]);
            case "uri":
                return JsonValue.Create("https://example.com");
            case "email":
                return JsonValue.Create("ada@example.com");
            case "binary" or "byte":
                return null;
        }

        var pattern = schema["pattern"]?.GetValue<string>();
        var (least, most) = (Limit(schema, "minLength") ?? 0, Limit(schema, "maxLength") ?? decimal.MaxValue);
        return ExampleValues.TextsFor(name).FirstOrDefault(
            text => text.Length >= least && text.Length <= most && (pattern is null || Regex.IsMatch(text, pattern, RegexOptions.None, s_patience))) is { } fits
            ? JsonValue.Create(fits)
            : null;
    }

    private static JsonNode Number(JsonObject schema)
    {
        var (least, most) = (Limit(schema, "minimum") ?? decimal.MinValue, Limit(schema, "maximum") ?? decimal.MaxValue);
        return JsonNode.Parse(Math.Clamp(1, least, most).ToString(CultureInfo.InvariantCulture))!;
    }

    // A limit is a number of whatever kind its writer took, or one too large to matter.
    private static decimal? Limit(JsonObject schema, string keyword)
        => decimal.TryParse(schema[keyword]?.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var limit) ? limit : null;
}
