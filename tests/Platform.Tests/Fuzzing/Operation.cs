using System.Text.Json.Nodes;

namespace OnePlatform.Platform.Tests.Fuzzing;

/// <summary>One operation of the API document, with what a request to it can be made of.</summary>
internal sealed record Operation(string Method, string Path, IReadOnlyList<string> Query, string? BodyMedia, JsonNode? BodySchema, JsonObject Document)
{
    public static IReadOnlyList<Operation> AllOf(JsonObject document) =>
    [
        .. from path in document["paths"]!.AsObject()
           from operation in path.Value!.AsObject()
           where operation.Key is "get" or "put" or "post" or "patch" or "delete"
           let content = operation.Value!["requestBody"]?["content"] as JsonObject
           let parameters = operation.Value["parameters"]?.AsArray() ?? []
           select new Operation(
               operation.Key.ToUpperInvariant(),
               path.Key,
               [.. parameters.Where(p => p!["in"]?.GetValue<string>() == "query").Select(p => p!["name"]!.GetValue<string>())],
               content?.First().Key,
               content?.First().Value!["schema"],
               document),
    ];

    /// <summary>A body of the documented shape; how likely a value is of another is <paramref name="wrongness"/> in a hundred.</summary>
    public JsonNode? MakeBody(Random random, int wrongness) => Make(BodySchema, random, wrongness, 0);

    private JsonNode? Make(JsonNode? schema, Random random, int wrongness, int depth)
    {
        if (depth > 6 || random.Next(100) < wrongness)
        {
            return HostileValues.Json(random);
        }

        if (schema?["$ref"]?.GetValue<string>() is { } reference)
        {
            return Make(Document["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]], random, wrongness, depth + 1);
        }

        if ((schema?["anyOf"] ?? schema?["oneOf"] ?? schema?["allOf"]) is JsonArray { Count: > 0 } choices)
        {
            return Make(choices[random.Next(choices.Count)], random, wrongness, depth + 1);
        }

        if (schema?["enum"] is JsonArray { Count: > 0 } values)
        {
            return values[random.Next(values.Count)]?.DeepClone();
        }

        var type = schema?["type"] switch
        {
            JsonValue one => one.GetValue<string>(),
            JsonArray several => several.Select(t => t!.GetValue<string>()).FirstOrDefault(t => t != "null"),
            _ => null,
        };
        return type switch
        {
            "object" => MakeObject((JsonObject)schema!, random, wrongness, depth),
            "array" => new JsonArray([.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Make(schema!["items"], random, wrongness, depth + 1))]),
            "string" => MakeText(schema!, random),
            "integer" => random.Next(3) == 0 ? random.Next() : random.Next(0, 50),
            "number" => random.NextDouble(),
            "boolean" => random.Next(2) == 0,
            _ => HostileValues.Json(random),
        };
    }

    private JsonObject MakeObject(JsonObject schema, Random random, int wrongness, int depth)
    {
        var made = new JsonObject();
        var required = (schema["required"] as JsonArray ?? []).Select(r => r!.GetValue<string>()).ToHashSet();
        foreach (var (name, member) in schema["properties"] as JsonObject ?? [])
        {
            if (random.Next(100) < (required.Contains(name) ? 97 : 60))
            {
                made[name] = Make(member, random, wrongness, depth + 1);
            }
        }

        if (random.Next(100) < wrongness)
        {
            made[$"x{random.Next()}"] = HostileValues.Json(random);
        }

        return made;
    }

    private static JsonNode? MakeText(JsonNode schema, Random random) => schema["format"]?.GetValue<string>() switch
    {
        "uuid" => Guid.CreateVersion7().ToString(),
        "date-time" => "2026-01-31T12:00:00.000Z",
        "uri" => "https://example.com/hook",
        _ => random.Next(3) == 0 ? "course" : $"text {random.Next(1000)}",
    };
}
