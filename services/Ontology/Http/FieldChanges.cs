using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Contracts;

namespace OnePlatform.Ontology.Http;

/// <summary>What differs between two states of an object, for the event log.</summary>
internal static class FieldChanges
{
    /// <summary>The members of the objects that differ; those of <paramref name="opened"/> are compared one level deeper.</summary>
    public static Dictionary<string, FieldChange> Between(JsonObject before, JsonObject after, params string[] opened)
    {
        var changes = new Dictionary<string, FieldChange>(StringComparer.Ordinal);
        foreach (var name in before.Select(m => m.Key).Union(after.Select(m => m.Key)))
        {
            var (from, to) = (before[name], after[name]);
            if (JsonNode.DeepEquals(from, to))
            {
                continue;
            }

            if (opened.Contains(name) && from is JsonObject inFrom && to is JsonObject inTo)
            {
                foreach (var (inner, change) in Between(inFrom, inTo))
                {
                    changes[$"{name}.{inner}"] = change;
                }
            }
            else
            {
                changes[name] = new FieldChange(ElementOf(from), ElementOf(to));
            }
        }

        return changes;
    }

    private static JsonElement? ElementOf(JsonNode? node) => node?.Deserialize<JsonElement>();
}
