using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// Connections that keep their tenant until they are closed, for work that holds a lock or listens from one transaction to the next.
/// They come from a pool of their own, in which each is reset before it is used again. That costs seven statements, so what requests
/// do goes by <see cref="TenantConnections"/>, which leaves nothing to reset, or by the DbContext, which tells its tenant whenever
/// it opens a connection.
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
