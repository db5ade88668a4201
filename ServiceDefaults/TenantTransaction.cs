using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>What is not committed when it is disposed of is undone.</summary>
public sealed class TenantTransaction : IAsyncDisposable
{
    private const string Savepoint = "part";

    private readonly NpgsqlTransaction? _own;
    private readonly TenantScope _scope;
    private bool _done;

    private TenantTransaction(NpgsqlConnection connection, NpgsqlTransaction? own, TenantScope scope)
        => (Connection, _own, _scope) = (connection, own, scope);

    /// <summary>Open, and told the tenant.</summary>
    public NpgsqlConnection Connection { get; }

    // Nothing is sent yet; given up here, the connection would be nobody's to close.
    internal static async Task<TenantTransaction> OnAsync(NpgsqlConnection connection, TenantScope scope)
        => new(connection, await connection.BeginTransactionAsync(CancellationToken.None), scope);

    internal static async Task<TenantTransaction> WithinAsync(NpgsqlConnection connection, TenantScope scope, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, $"savepoint {Savepoint}", cancellationToken);
        return new TenantTransaction(connection, own: null, scope);
    }

    /// <summary>Keeps what was done; in a shared transaction as long as that is kept.</summary>
    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        _done = true;
        if (_own is null)
        {
            await ExecuteAsync(Connection, $"release savepoint {Savepoint}", cancellationToken);
            return;
        }

        await _own.CommitAsync(cancellationToken);
        _scope.Committed();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_own is not null)
        {
            await _own.DisposeAsync();
            await Connection.DisposeAsync();
        }
        else if (!_done)
        {
            await ExecuteAsync(Connection, $"rollback to savepoint {Savepoint}; release savepoint {Savepoint}", CancellationToken.None);
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
