using System.Collections.Concurrent;
using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Connections of the DbContext. They keep the tenant they were told last and are not reset; nobody sees it, for they come from a pool
/// of their own and <see cref="TellTenant"/> sees to it that each use begins with its own tenant.
/// </summary>
internal sealed class ContextConnections : IDisposable, IAsyncDisposable
{
    public ContextConnections(NpgsqlDataSourceBuilder builder) => Pool = builder
        .UsePhysicalConnectionInitializer(Told.Add, connection =>
        {
            Told.Add(connection);
            return Task.CompletedTask;
        })
        .Build();

    public NpgsqlDataSource Pool { get; }

    public ToldTenants Told { get; } = new();

    public void Dispose() => Pool.Dispose();

    public ValueTask DisposeAsync() => Pool.DisposeAsync();
}

/// <summary>
/// What each connection of a pool was told last, so that it is not told the same again: most units of work of a service that acts for
/// itself save a round trip. A connection is known by the number of its server process.
/// </summary>
internal sealed class ToldTenants
{
    private const string Nothing = "";

    // Far more than a pool has. Numbers of connections that ended stay until then; those there are then get told each time.
    private const int Most = 1000;

    private readonly ConcurrentDictionary<int, string> _told = new();

    /// <summary>Of a new connection, whose number another may have had; only of those that were added anything is remembered.</summary>
    public void Add(NpgsqlConnection connection)
    {
        if (_told.Count >= Most)
        {
            _told.Clear();
        }

        _told[connection.ProcessID] = Nothing;
    }

    public async Task TellAsync(NpgsqlConnection connection, TenantScope scope, CancellationToken cancellationToken)
    {
        var (number, name) = (connection.ProcessID, scope.IsSystem ? "system" : scope.GroupsLiteral);
        if (!_told.TryGetValue(number, out var last))
        {
            await TenantConnections.SetAsync(connection, scope, local: false, cancellationToken);
        }
        else if (last != name)
        {
            // Whether it was told is not known when this fails.
            _told[number] = Nothing;
            await TenantConnections.SetAsync(connection, scope, local: false, cancellationToken);
            _told[number] = name;
        }
    }
}
