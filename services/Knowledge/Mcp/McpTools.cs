using System.Text.Json;
using ModelContextProtocol.Protocol;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Mcp;

/// <summary>The tools: what each asks for, and of whom.</summary>
internal static class McpTools
{
    public const string Search = "search";
    public const string Get = "get";
    public const string List = "list";
    public const string Traverse = "traverse";
    public const string Create = "create";
    public const string Update = "update";

    private static readonly (Tool Tool, string[] AnyScope)[] s_tools =
    [
        (ToolOf(
            Search, "Search knowledge", "Finds passages of the group's documents and things by meaning and by words, best first.", isReading: true,
            """
            {"type":"object","properties":{"query":{"type":"string","minLength":1,"maxLength":10000},"limit":{"type":"integer","minimum":1,"maximum":100},
            "mode":{"enum":["hybrid","vector","keyword"]},"filter":{"type":"string","description":"AIP-160 over the fields of knowledge"},
            "labels":{"type":"array","items":{"type":"string"}},"thingId":{"type":"string","format":"uuid"},"documentId":{"type":"string","format":"uuid"},
            "scope":{"enum":["self","subtree"]}},"required":["query"],"additionalProperties":false}
            """), ["knowledge:read"]),
        (ToolOf(
            Get, "Get one", "Reads one thing, connection, event or row of knowledge by its id.", isReading: true,
            """
            {"type":"object","properties":{"kind":{"enum":["thing","connection","event","knowledge"]},"id":{"type":"string","format":"uuid"}},
            "required":["kind","id"],"additionalProperties":false}
            """), ["things:read", "connections:read", "events:read", "knowledge:read"]),
        (ToolOf(
            List, "List", "Lists things, connections or events of the group, a page at a time.", isReading: true,
            """
            {"type":"object","properties":{"kind":{"enum":["thing","connection","event"]},"type":{"type":"string"},
            "filter":{"type":"string","description":"AIP-160 over the fields of the kind"},"limit":{"type":"integer","minimum":1,"maximum":200},
            "cursor":{"type":"string"}},"required":["kind"],"additionalProperties":false}
            """), ["things:read", "connections:read", "events:read"]),
        (ToolOf(
            Traverse, "Traverse the graph", "Walks from a thing along its connections, step by step.", isReading: true,
            """
            {"type":"object","properties":{"id":{"type":"string","format":"uuid"},"depth":{"type":"integer","minimum":1,"maximum":6},
            "direction":{"type":"string"},"types":{"type":"string","description":"Types of connections, commas between"},
            "limit":{"type":"integer","minimum":1}},"required":["id"],"additionalProperties":false}
            """), ["things:read"]),
        (ToolOf(
            Create, "Create a thing", "Creates a thing in the group.", isReading: false,
            """
            {"type":"object","properties":{"type":{"type":"string"},"name":{"type":"string"},"properties":{"type":"object"},
            "status":{"enum":["draft","active","published","inactive"]},"externalId":{"type":"string"}},
            "required":["type","name"],"additionalProperties":false}
            """), ["things:write"]),
        (ToolOf(
            Update, "Change a thing", "Changes a thing: members of changes take the place of the thing's (JSON merge patch).", isReading: false,
            """
            {"type":"object","properties":{"id":{"type":"string","format":"uuid"},"changes":{"type":"object"}},
            "required":["id","changes"],"additionalProperties":false}
            """), ["things:write"]),
    ];

    /// <summary>The tools a caller may use at all.</summary>
    public static IEnumerable<Tool> For(Caller caller) => s_tools.Where(t => t.AnyScope.Any(caller.Scopes.Covers)).Select(t => t.Tool);

    private static Tool ToolOf(string name, string title, string description, bool isReading, string schema) => new()
    {
        Name = name,
        Title = title,
        Description = description,
        InputSchema = JsonElement.Parse(schema),
        Annotations = new ToolAnnotations { Title = title, ReadOnlyHint = isReading, DestructiveHint = false, OpenWorldHint = false },
    };
}
