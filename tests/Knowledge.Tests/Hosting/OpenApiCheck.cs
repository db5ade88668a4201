using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnePlatform.Knowledge.Tests.Hosting;

/// <summary>
/// Requests and answers against an OpenAPI document, strictly: a member no schema knows is a fault, for the server it is meant for
/// would overlook it.
/// </summary>
internal sealed class OpenApiCheck(JsonObject document)
{
    public static OpenApiCheck Read(string path) => new(JsonNode.Parse(File.ReadAllText(path))!.AsObject());

    /// <returns>What is wrong with the request; null when nothing is.</returns>
    public string? OfRequest(string path, string method, IEnumerable<string> query, JsonNode? body)
    {
        if (Operation(path, method) is not { } operation)
        {
            return $"{method} {path} is not documented.";
        }

        var known = operation["parameters"]!.AsArray().Where(p => (string?)p!["in"] == "query").Select(p => (string)p!["name"]!).ToList();
        if (query.FirstOrDefault(q => !known.Contains(q)) is { } unknown)
        {
            return $"{method} {path} has no parameter {unknown}.";
        }

        var schema = operation["requestBody"]?["content"]?["application/json"]?["schema"];
        return schema is null ? body is null ? null : "No body is documented." : Of(schema.AsObject(), body, "");
    }

    public string? OfAnswer(string path, string method, JsonNode? body)
        => Of(Operation(path, method)!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!.AsObject(), JsonNode.Parse(body?.ToJsonString() ?? "null"), "");

    private JsonObject? Operation(string path, string method) => document["paths"]![path]?[method.ToLowerInvariant()]?.AsObject();

    private string? Of(JsonObject schema, JsonNode? value, string at)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            return Of(document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]!.AsObject(), value, at);
        }

        if (value is null)
        {
            return (bool?)schema["nullable"] == true || (schema["anyOf"] is JsonArray any && any.Any(s => Of(s!.AsObject(), null, at) is null))
                ? null : $"{at}: null is not allowed";
        }

        if (schema["anyOf"] is JsonArray alternatives)
        {
            var faults = alternatives.Where(s => s!.AsObject().Count != 1 || s!["nullable"] is null).Select(s => Of(s!.AsObject(), value, at)).ToList();
            if (faults.TrueForAll(f => f is not null))
            {
                return $"{at}: fits none of: {string.Join(" | ", faults)}";
            }
        }

        if (schema["enum"] is JsonArray allowed && !allowed.Any(a => JsonNode.DeepEquals(a, value)))
        {
            return $"{at}: {value} is not one of {allowed.ToJsonString()}";
        }

        return (string?)schema["type"] switch
        {
            "object" => OfObject(schema, value, at),
            "array" => OfArray(schema, value, at),
            "string" => value.GetValueKind() == JsonValueKind.String ? null : $"{at}: is no string",
            "boolean" => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : $"{at}: is no boolean",
            "integer" => value.GetValueKind() == JsonValueKind.Number && (double)value % 1 == 0 && (double)value >= ((double?)schema["minimum"] ?? double.MinValue)
                ? null : $"{at}: is no such integer",
            "number" => value.GetValueKind() == JsonValueKind.Number ? null : $"{at}: is no number",
            _ => null,
        };
    }

    private string? OfObject(JsonObject schema, JsonNode value, string at)
    {
        if (value is not JsonObject members)
        {
            return $"{at}: is no object";
        }

        if (schema["required"] is JsonArray required && required.FirstOrDefault(r => !members.ContainsKey((string)r!)) is { } missing)
        {
            return $"{at}: lacks {missing}";
        }

        foreach (var (name, member) in members)
        {
            var of = schema["properties"]?[name]?.AsObject() ?? schema["additionalProperties"] as JsonObject;
            if (of is null && (bool?)(schema["additionalProperties"] as JsonValue) != true)
            {
                return $"{at}/{name}: is not known";
            }

            if (of is not null && Of(of, member, $"{at}/{name}") is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private string? OfArray(JsonObject schema, JsonNode value, string at)
    {
        if (value is not JsonArray items || items.Count < ((int?)schema["minItems"] ?? 0))
        {
            return $"{at}: is no such array";
        }

        return (bool?)schema["uniqueItems"] == true && items.Select(i => i!.ToJsonString()).Distinct().Count() != items.Count
            ? $"{at}: has an item twice"
            : items.Select((item, i) => Of(schema["items"]!.AsObject(), item, $"{at}/{i}")).FirstOrDefault(f => f is not null);
    }
}
