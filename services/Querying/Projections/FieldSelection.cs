using System.Text.Json;
using System.Text.Json.Nodes;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Filters;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Querying.Projections;

/// <summary><c>?fields=id,name,properties.price</c>: which members of a row are answered. The id always is.</summary>
public sealed class FieldSelection
{
    private const int MostCharacters = 4096;
    private const int MostFields = 100;

    // Members to keep, each with those to keep below it. None at all keeps everything.
    private readonly Dictionary<string, FieldSelection> _members = new(StringComparer.Ordinal);

    private FieldSelection()
    {
    }

    /// <summary>Nothing was left out.</summary>
    public static FieldSelection Everything { get; } = new();

    /// <summary>Whether rows stay as they are.</summary>
    public bool IsEverything => _members.Count == 0;

    /// <returns>The selection, or what is wrong with <paramref name="text"/>; everything when that is absent.</returns>
    public static (FieldSelection Selection, QueryError? Error) Read(string? text, FieldMap fields)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (Everything, null);
        }

        if (text.Length > MostCharacters || !StorableText.Accepts(text))
        {
            return Refuse(0, $"A field list has at most {MostCharacters} characters, all of them text.");
        }

        var selection = new FieldSelection();
        selection.Keep(["id"]);
        var scanner = new QueryScanner(text);
        var count = 0;
        do
        {
            scanner.SkipSpace();
            if (scanner.ReadPath() is not { } path)
            {
                return Refuse(scanner.Failure.Position, scanner.Failure.Detail);
            }

            if (++count > MostFields)
            {
                return Refuse(path.Position, $"A field list has at most {MostFields} fields.");
            }

            if (!fields.TryFind(path.Root, out var field))
            {
                return Refuse(path.Position, $"There is no field {path.Root}; there are {string.Join(", ", fields.All.Select(f => f.Name))}.");
            }

            if (path.Segments.Count > 1 && field.Kind != FieldKind.Json)
            {
                return Refuse(path.Position, $"{path.Root} has no fields of its own.");
            }

            selection.Keep(path.Segments);
            scanner.SkipSpace();
        }
        while (scanner.TryTake(','));

        return scanner.AtEnd ? (selection, null) : Refuse(scanner.Position, "A comma was expected here.");
    }

    /// <summary>Whether a row keeps any of a member.</summary>
    public bool Keeps(string member) => IsEverything || _members.ContainsKey(member);

    /// <summary>What is kept below a member.</summary>
    public FieldSelection Below(string member) => _members.GetValueOrDefault(member) ?? Everything;

    /// <summary>A row, or what is below one of its members, with what is kept of it.</summary>
    public JsonNode? Cut<T>(T row)
    {
        var node = JsonSerializer.SerializeToNode(row, ApiJson.Options);
        Apply(node);
        return node;
    }

    /// <summary>Removes what was not asked for; a list keeps its items, each of them cut alike.</summary>
    public void Apply(JsonNode? row)
    {
        if (IsEverything)
        {
            return;
        }

        if (row is JsonArray items)
        {
            foreach (var item in items)
            {
                Apply(item);
            }
        }
        else if (row is JsonObject members)
        {
            foreach (var name in members.Select(m => m.Key).Where(name => !_members.ContainsKey(name)).ToArray())
            {
                members.Remove(name);
            }

            foreach (var (name, below) in _members)
            {
                below.Apply(members[name]);
            }
        }
    }

    private void Keep(IEnumerable<string> path)
    {
        var here = this;
        foreach (var step in path)
        {
            if (here._members.TryGetValue(step, out var below))
            {
                // An earlier, shorter path asked for all of this already.
                if (below.IsEverything)
                {
                    return;
                }
            }
            else
            {
                here._members[step] = below = new FieldSelection();
            }

            here = below;
        }

        here._members.Clear();
    }

    private static (FieldSelection, QueryError?) Refuse(int position, string detail)
        => (Everything, new QueryError(QueryErrorCode.InvalidFields, "/fields", detail, position));
}
