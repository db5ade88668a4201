using System.Text.Json.Nodes;

namespace OnePlatform.Gateway.Documents;

/// <summary>What examples are made of: whole ones for what a generated one would say badly, and texts by the name of their member.</summary>
internal static class ExampleValues
{
    public const string Id = "0192f0c1-7a3b-7c41-9d2e-5b8f6a1c3e70";
    public const string Time = "2026-01-31T12:00:00.000Z";

    private static readonly Dictionary<string, string> s_whole = new(StringComparer.Ordinal)
    {
        ["BatchRequest"] =
            $$$"""
            {"operations":[{"op":"things.create","id":"post","body":{"type":"blog_post","name":"Raku in the yard"}},
             {"op":"connections.create","body":{"fromId":"$post.id","toId":"{{{Id}}}","type":"references"}}]}
            """,
        ["BulkRequest"] = """{"items":[{"type":"note","name":"Kiln log"},{"type":"note","name":"Glaze tests"}]}""",
        ["CreateThingRequest"] = """{"type":"course","name":"Linocut and letterpress","properties":{"price":150},"externalId":"course-17"}""",
        ["CreateThingTypeRequest"] = """{"name":"recipe","schema":{"type":"object","properties":{"servings":{"type":"integer"}}},"documented":["servings"]}""",
        ["ThingPatch"] = """{"name":"Linocut","properties":{"price":160}}""",
    };

    private static readonly Dictionary<string, string> s_texts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["category"] = "custom",
        ["code"] = "123456",
        ["cursor"] = "AQx7hY2f",
        ["description"] = "A workshop for beginners.",
        ["email"] = "ada@example.com",
        ["externalId"] = "course-17",
        ["key"] = "gsk_live_",
        ["language"] = "en",
        ["message"] = "When does the next course begin?",
        ["name"] = "Linocut and letterpress",
        ["newPassword"] = "plum-Ladder-97-river",
        ["op"] = "things.create",
        ["organizationName"] = "The Kiln House",
        ["ownerEmail"] = "ada@example.com",
        ["password"] = "plum-Ladder-97-river",
        ["prompt"] = "How long does a refund take?",
        ["query"] = "how long does a refund take",
        ["role"] = "group_user",
        ["slug"] = "kiln-house",
        ["subject"] = "Courses",
        ["text"] = "A refund takes five working days.",
        ["title"] = "Refunds and cancellations",
        ["type"] = "course",
        ["url"] = "https://hooks.example.com/one",
        ["version"] = "1.0.0",
        ["websiteUrl"] = "https://example.com",
    };

    public static JsonNode? Whole(string schema) => s_whole.TryGetValue(schema, out var text) ? JsonNode.Parse(text) : null;

    /// <summary>Texts worth trying for a member, the most telling first.</summary>
    public static IEnumerable<string> TextsFor(string name)
    {
        if (s_texts.TryGetValue(name, out var text))
        {
            yield return text;
        }

        yield return "example";
        yield return "x.example";
        yield return "example-1";
    }
}
