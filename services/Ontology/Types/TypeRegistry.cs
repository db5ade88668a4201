using System.Text.Json;

namespace OnePlatform.Ontology.Types;

/// <summary>A set of types: those every group has, from the files in <c>Data</c>, and with them a group's own.</summary>
internal sealed class TypeRegistry
{
    public const string Version = "1.1.0";

    private readonly Dictionary<string, ThingType> _things = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ConnectionType> _connections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EventType> _events = new(StringComparer.Ordinal);

    public TypeRegistry()
        : this(
            [.. Load<ThingTypeData>("thing-types").Select(data => new ThingType(data))],
            [.. Load<ConnectionTypeData>("connection-types").Select(data => new ConnectionType(data))],
            [.. Load<EventTypeData>("event-types").Select(data => new EventType(data))])
    {
    }

    private TypeRegistry(IReadOnlyList<ThingType> things, IReadOnlyList<ConnectionType> connections, IReadOnlyList<EventType> events)
    {
        (ThingTypes, ConnectionTypes, EventTypes) = (things, connections, events);
        Index(_things, ThingTypes, type => type.Name, type => type.Response.Aliases);
        Index(_connections, ConnectionTypes, type => type.Name, type => type.Response.Aliases);
        Index(_events, EventTypes, type => type.Response.Name, type => type.Response.Aliases);
    }

    public IReadOnlyList<ThingType> ThingTypes { get; }

    public IReadOnlyList<ConnectionType> ConnectionTypes { get; }

    public IReadOnlyList<EventType> EventTypes { get; }

    /// <summary>These and a group's own.</summary>
    public TypeRegistry With(IReadOnlyList<ThingType> things, IReadOnlyList<ConnectionType> connections, IReadOnlyList<EventType> events)
        => things.Count + connections.Count + events.Count == 0
            ? this
            : new TypeRegistry([.. ThingTypes, .. things], [.. ConnectionTypes, .. connections], [.. EventTypes, .. events]);

    /// <summary>The type of that name, or of which it is another name.</summary>
    public ThingType? FindThingType(string name) => _things.GetValueOrDefault(name);

    /// <inheritdoc cref="FindThingType"/>
    public ConnectionType? FindConnectionType(string name) => _connections.GetValueOrDefault(name);

    /// <inheritdoc cref="FindThingType"/>
    public EventType? FindEventType(string name) => _events.GetValueOrDefault(name);

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
