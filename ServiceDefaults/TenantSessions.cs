using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Connections that keep their tenant until they are closed: for the DbContext, and for work that holds a lock or listens from one
/// transaction to the next. They come from a pool of their own, in which each is reset before it is used again; that costs seven
/// statements, so the requests' own SQL goes by <see cref="TenantConnections"/> and leaves nothing to reset.
/// </summary>
public sealed class TenantSessions(NpgsqlDataSource pool) : IDisposable, IAsyncDisposable
{
    internal NpgsqlDataSource Pool => pool;

    /// <summary>An open connection, told the tenant.</summary>
    public async Task<NpgsqlConnection> OpenAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        var connection = await pool.OpenConnectionAsync(cancellationToken);
        try
        {
            await TenantConnections.SetAsync(connection, scope, local: false, cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => pool.Dispose();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => pool.DisposeAsync();
}
