using System.Text.Json;

namespace OnePlatform.Ontology.Types;

/// <summary>The types every group has. They are data: the files in <c>Data</c>, compiled once per process.</summary>
internal sealed class TypeRegistry
{
    public const string Version = "1.0.0";

    private readonly Dictionary<string, ThingType> _things = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConnectionType> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EventTypeResponse> _events = new(StringComparer.Ordinal);

    public TypeRegistry()
    {
        ThingTypes = [.. Load<ThingTypeData>("thing-types").Select(data => new ThingType(data))];
        ConnectionTypes = [.. Load<ConnectionTypeData>("connection-types").Select(data => new ConnectionType(data))];
        EventTypes = [.. Load<EventTypeData>("event-types").Select(data => new EventTypeResponse(
            data.Name, data.Category, data.Tier, data.Description, data.Aliases ?? [], Version: 1, ObjectSchema.Of(data.Metadata, data.Required)))];
        Index(_things, ThingTypes, type => type.Name, type => type.Response.Aliases);
        Index(_connections, ConnectionTypes, type => type.Name, type => type.Response.Aliases);
        Index(_events, EventTypes, type => type.Name, type => type.Aliases);
    }

    public IReadOnlyList<ThingType> ThingTypes { get; }

    public IReadOnlyList<ConnectionType> ConnectionTypes { get; }

    public IReadOnlyList<EventTypeResponse> EventTypes { get; }

    /// <summary>The type of that name, or of which it is another name.</summary>
    public ThingType? FindThingType(string name) => _things.GetValueOrDefault(name);

    /// <inheritdoc cref="FindThingType"/>
    public ConnectionType? FindConnectionType(string name) => _connections.GetValueOrDefault(name);

    /// <inheritdoc cref="FindThingType"/>
    public EventTypeResponse? FindEventType(string name) => _events.GetValueOrDefault(name);

    private static void Index<T>(Dictionary<string, T> index, IReadOnlyList<T> types, Func<T, string> name, Func<T, IEnumerable<string>> aliases)
    {
        foreach (var type in types)
        {
            index.Add(name(type), type);
        }

        foreach (var type in types)
        {
            foreach (var alias in aliases(type))
            {
                index.Add(alias, type);
            }
        }
    }

    private static List<T> Load<T>(string file)
    {
        var assembly = typeof(TypeRegistry).Assembly;
        using var stream = assembly.GetManifestResourceStream($"{typeof(TypeRegistry).Namespace}.Data.{file}.json")
            ?? throw new InvalidOperationException($"The build lacks the type data '{file}'.");
        return JsonSerializer.Deserialize<List<T>>(stream, JsonSerializerOptions.Web)!;
    }
}
