using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Connections of the DbContext. They keep the tenant they were told last and are not reset; nobody sees it, for they come from a pool
/// of their own and <see cref="TellTenant"/> names another before the first statement of each use.
/// </summary>
internal sealed class ContextConnections(NpgsqlDataSource pool) : IDisposable, IAsyncDisposable
{
    public NpgsqlDataSource Pool => pool;

    public void Dispose() => pool.Dispose();

    public ValueTask DisposeAsync() => pool.DisposeAsync();
}
