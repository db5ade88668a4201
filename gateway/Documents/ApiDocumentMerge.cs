using System.Globalization;
using System.Text.Json.Nodes;

namespace OnePlatform.Gateway.Documents;

/// <summary>Makes one OpenAPI document of several. Components of the same name and content are one; of the same name alone, two.</summary>
internal static class ApiDocumentMerge
{
    public static JsonObject Merge(JsonObject own, IEnumerable<(string Service, JsonObject Document)> parts, Uri publicUrl)
    {
        var merged = own;
        merged["servers"] = new JsonArray(new JsonObject { ["url"] = publicUrl.ToString().TrimEnd('/'), ["x-internal"] = false });
        var (paths, components) = (Section(merged, "paths"), Section(merged, "components"));
        foreach (var (service, document) in parts)
        {
            var renamed = AddComponents(components, document["components"] as JsonObject, service);
            foreach (var (path, operations) in document["paths"] as JsonObject ?? [])
            {
                if (!path.StartsWith("/internal", StringComparison.Ordinal) && !paths.ContainsKey(path) && operations is not null)
                {
                    paths[path] = WithReferences(operations.DeepClone(), renamed);
                }
            }

            AddTags(merged, document["tags"] as JsonArray);
        }

        return merged;
    }

    /// <returns>References that must be written otherwise, from old to new.</returns>
    private static Dictionary<string, string> AddComponents(JsonObject components, JsonObject? added, string service)
    {
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        var prefix = char.ToUpper(service[0], CultureInfo.InvariantCulture) + service[1..];
        foreach (var (kind, members) in added ?? [])
        {
            foreach (var (name, component) in members as JsonObject ?? [])
            {
                if (Section(components, kind).TryGetPropertyValue(name, out var known) && !JsonNode.DeepEquals(known, component))
                {
                    renamed[$"#/components/{kind}/{name}"] = $"#/components/{kind}/{prefix}{name}";
                }
            }
        }

        foreach (var (kind, members) in added ?? [])
        {
            foreach (var (name, component) in members as JsonObject ?? [])
            {
                var target = renamed.ContainsKey($"#/components/{kind}/{name}") ? prefix + name : name;
                Section(components, kind)[target] ??= component is null ? null : WithReferences(component.DeepClone(), renamed);
            }
        }

        return renamed;
    }

    private static JsonNode WithReferences(JsonNode node, Dictionary<string, string> renamed)
    {
        switch (node)
        {
            case JsonObject members:
                if (members["$ref"] is JsonValue reference && renamed.TryGetValue(reference.GetValue<string>(), out var target))
                {
                    members["$ref"] = target;
                }

                foreach (var (_, member) in members.Where(member => member.Value is not null).ToList())
                {
                    WithReferences(member!, renamed);
                }

                break;
            case JsonArray items:
                foreach (var item in items.OfType<JsonNode>())
                {
                    WithReferences(item, renamed);
                }

                break;
        }

        return node;
    }

    private static void AddTags(JsonObject merged, JsonArray? added)
    {
        var tags = merged["tags"] as JsonArray ?? [];
        merged["tags"] = tags;
        foreach (var tag in added ?? [])
        {
            if (tag is not null && !tags.Any(known => JsonNode.DeepEquals(known?["name"], tag["name"])))
            {
                tags.Add(tag.DeepClone());
            }
        }
    }

    private static JsonObject Section(JsonObject of, string name)
    {
        if (of[name] is not JsonObject section)
        {
            of[name] = section = [];
        }

        return section;
    }
}
