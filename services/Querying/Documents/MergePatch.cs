using System.Text.Json.Nodes;

namespace OnePlatform.Querying.Documents;

/// <summary>JSON Merge Patch, RFC 7396: a member replaces, null removes, an object is merged into what is there.</summary>
public static class MergePatch
{
    /// <summary>How deep objects may nest; deeper ones are refused before the stack is.</summary>
    public const int DeepestNesting = 32;

    /// <summary>Leaves both arguments as they are.</summary>
    /// <returns>False when <paramref name="patch"/> nests too deep.</returns>
    public static bool TryApply(JsonNode? target, JsonNode? patch, out JsonNode? result)
        => TryMerge(target?.DeepClone(), patch, depth: 0, out result);

    private static bool TryMerge(JsonNode? target, JsonNode? patch, int depth, out JsonNode? result)
    {
        if (patch is not JsonObject changes)
        {
            result = patch?.DeepClone();
            return true;
        }

        var merged = target as JsonObject ?? [];
        result = merged;
        if (depth == DeepestNesting)
        {
            return false;
        }

        foreach (var (name, change) in changes)
        {
            merged.TryGetPropertyValue(name, out var current);
            merged.Remove(name);
            if (change is null)
            {
                continue;
            }

            if (!TryMerge(current, change, depth + 1, out var value))
            {
                return false;
            }

            merged[name] = value;
        }

        return true;
    }
}
