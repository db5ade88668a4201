using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Batches;

/// <summary>The answers of earlier operations, for later ones to refer to.</summary>
internal sealed partial class BatchReferences
{
    private readonly Dictionary<string, JsonElement?> _answers = new(StringComparer.Ordinal);

    /// <param name="id">The operation's name.</param>
    /// <param name="answer">Null when it failed or answers nothing.</param>
    public void Add(string id, JsonElement? answer) => _answers[id] = answer;

    public string? Resolve(string? text, string pointer, List<ProblemError> faults)
        => text is null ? null : (string?)Resolve(JsonValue.Create(text), pointer, faults);

    public JsonElement? Resolve(JsonElement? body, string pointer, List<ProblemError> faults)
        => body is not { } given || !given.GetRawText().Contains("\"$", StringComparison.Ordinal)
            ? body
            : JsonSerializer.SerializeToElement(Resolve(JsonNode.Parse(given.GetRawText()), pointer, faults));

    private JsonNode? Resolve(JsonNode? node, string pointer, List<ProblemError> faults)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    members[name] = Resolve(value?.DeepClone(), $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", faults);
                }

                return members;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    items[i] = Resolve(items[i]?.DeepClone(), $"{pointer}/{i}", faults);
                }

                return items;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('$'):
                return text.StartsWith("$$", StringComparison.Ordinal) ? JsonValue.Create(text[1..]) : Find(text, pointer, faults);
            default:
                return node;
        }
    }

    private JsonNode? Find(string text, string pointer, List<ProblemError> faults)
    {
        if (Reference().Match(text) is not { Success: true } match || !_answers.TryGetValue(match.Groups["id"].Value, out var answer))
        {
            faults.Add(new ProblemError(pointer, "unknown_reference", "No earlier operation has this name; a text that begins with '$' doubles it."));
            return null;
        }

        if (answer is not { } at)
        {
            faults.Add(new ProblemError(pointer, "reference_failed", "The operation it refers to failed, or answers nothing."));
            return null;
        }

        foreach (var step in match.Groups["path"].Value.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
            {
                faults.Add(new ProblemError(pointer, "unknown_reference", $"The answer it refers to has no '{step}' there."));
                return null;
            }
        }

        return JsonNode.Parse(at.GetRawText());
    }

    [GeneratedRegex(@"^\$(?<id>[A-Za-z][A-Za-z0-9_-]*)\.(?<path>[A-Za-z0-9_.]+)\z")]
    private static partial Regex Reference();
}
