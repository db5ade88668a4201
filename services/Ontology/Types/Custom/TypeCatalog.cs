using System.Collections.Concurrent;
using System.Text.Json;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>The types in force in each group: those every group has, its own, and those of the groups above it.</summary>
internal sealed class TypeCatalog(NpgsqlDataSource dataSource, TypeRegistry everybodys, TimeProvider clock)
{
    private const int MostGroups = 10_000;

    // A message lost with the broker costs no more than this; what is wrong until then a write finds out and asks anew.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, (TypeRegistry Types, DateTimeOffset Until)> _known = new();

    public async ValueTask<TypeRegistry> OfAsync(Guid group, CancellationToken cancellationToken)
        => _known.TryGetValue(group, out var known) && known.Until > clock.GetUtcNow() ? known.Types : await RefreshAsync(group, cancellationToken);

    /// <summary>As the database has them now.</summary>
    public async Task<TypeRegistry> RefreshAsync(Guid group, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (things, connections, events) = (new List<ThingType>(), new List<ConnectionType>(), new List<EventType>());
        var scope = new TenantScope();
        scope.ActIn(group);
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select id, group_id, version, kind, definition from custom_types order by name"));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            var (key, definition) = (new CustomType(row.GetGuid(0), row.GetGuid(1), row.GetInt64(2)), row.GetString(4));
            switch (row.GetString(3))
            {
                case TypeKinds.Thing:
                    things.Add(new ThingType(Read<ThingTypeData>(definition), key));
                    break;
                case TypeKinds.Connection:
                    connections.Add(new ConnectionType(Read<ConnectionTypeData>(definition), key));
                    break;
                default:
                    events.Add(new EventType(Read<EventTypeData>(definition), key));
                    break;
            }
        }

        if (_known.Count > MostGroups)
        {
            _known.Clear();
        }

        var types = everybodys.With(things, connections, events);
        _known[group] = (types, now + s_fresh);
        return types;
    }

    /// <summary>Any group may have inherited what changed.</summary>
    public void Forget() => _known.Clear();

    private static T Read<T>(string definition) => JsonSerializer.Deserialize<T>(definition, JsonSerializerOptions.Web)!;
}

internal static class TypeKinds
{
    public const string Thing = "thing";
    public const string Connection = "connection";
    public const string Event = "event";
}

/// <summary>The types in force for the current request; those every group has until the route's filter knows the group's own.</summary>
internal sealed class TypesInForce(TypeRegistry everybodys)
{
    public TypeRegistry Current { get; set; } = everybodys;
}
