using System.Collections.Frozen;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OnePlatform.Events.Types;

/// <summary>One type of the catalogue.</summary>
/// <param name="Aliases">Older spellings; stored under <paramref name="Name"/>.</param>
/// <param name="Required">Members its metadata must have.</param>
/// <param name="Reserved">Only the platform itself tells of it, so that nobody can forge a sign-in or a deletion.</param>
internal sealed record EventType(
    string Name,
    string Category,
    string? Description = null,
    IReadOnlyList<string>? Aliases = null,
    IReadOnlyList<string>? Required = null,
    bool Reserved = false);

/// <summary>The catalogue of event types, and how spellings map to it.</summary>
internal static partial class EventTypes
{
    private static readonly EventType[] s_all = Load();

    private static readonly FrozenDictionary<string, EventType> s_byName = s_all
        .SelectMany(type => (type.Aliases ?? []).Prepend(type.Name).Select(name => (name, type)))
        .ToFrozenDictionary(t => t.name, t => t.type, StringComparer.Ordinal);

    public static IReadOnlyList<EventType> All => s_all;

    public static EventType? Find(string name) => s_byName.GetValueOrDefault(name);

    /// <summary>The one spelling under which a type is stored; a type the catalogue does not have keeps its own.</summary>
    public static string Canonical(string name) => Find(name)?.Name ?? name;

    /// <summary>A tenant's own type.</summary>
    public static bool IsCustom(string name) => CustomName().IsMatch(name);

    private static EventType[] Load()
    {
        using var file = typeof(EventTypes).Assembly.GetManifestResourceStream("event-types.json")!;
        return JsonSerializer.Deserialize<EventType[]>(file, JsonSerializerOptions.Web)!;
    }

    [GeneratedRegex(@"^x\.[a-z0-9_.]{1,98}\z")]
    private static partial Regex CustomName();
}
