using System.Text.Json.Nodes;

namespace OnePlatform.Demo;

/// <summary>What the demo tenant holds: the things and connections of <c>Content/demo.json</c> and two documents.</summary>
internal static class DemoContent
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "Content");

    public static async Task CreateAsync(DemoClient client, CancellationToken cancellationToken)
    {
        var content = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(s_folder, "demo.json"), cancellationToken))!;
        var ids = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var (reference, thing) in content["things"]!.AsObject())
        {
            var body = thing!.DeepClone().AsObject();
            body["externalId"] = reference;
            var created = await client.PostAsync("/api/things", body, cancellationToken);
            ids[reference] = created["id"]!;
        }

        foreach (var connection in content["connections"]!.AsArray())
        {
            var parts = connection!.AsArray();
            await client.PostAsync("/api/connections", new JsonObject
            {
                ["fromId"] = ids[parts[0]!.GetValue<string>()].DeepClone(),
                ["type"] = parts[1]!.DeepClone(),
                ["toId"] = ids[parts[2]!.GetValue<string>()].DeepClone(),
            }, cancellationToken);
        }

        foreach (var file in Directory.GetFiles(s_folder, "*.md").Order(StringComparer.Ordinal))
        {
            var text = await File.ReadAllTextAsync(file, cancellationToken);
            await client.PostAsync("/api/knowledge/documents", new JsonObject
            {
                ["title"] = text.Split('\n')[0].TrimStart('#', ' '),
                ["text"] = text,
                ["format"] = "markdown",
                ["labels"] = new JsonArray("topic:policy"),
            }, cancellationToken);
        }
    }
}
