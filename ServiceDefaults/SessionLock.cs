using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// An advisory lock that a session of its own holds until it is given back or the session ends: of all instances one does the work,
/// and when that one dies another may at once.
/// </summary>
public sealed class SessionLock : IAsyncDisposable
{
    private readonly long _id;

    private SessionLock(NpgsqlConnection connection, long id) => (Connection, _id) = (connection, id);

    /// <summary>What holds it; does the work as well where that may not outlast the lock.</summary>
    public NpgsqlConnection Connection { get; }

    /// <param name="sessions">Where the session comes from.</param>
    /// <param name="scope">Whose rows the session sees.</param>
    /// <param name="id">Any number, as long as every instance uses the same.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>Null when another session has it.</returns>
    public static async Task<SessionLock?> TryTakeAsync(TenantSessions sessions, TenantScope scope, long id, CancellationToken cancellationToken)
    {
        var connection = await sessions.OpenAsync(scope, cancellationToken);
        var taken = false;
        try
        {
            await using var take = new NpgsqlCommand($"select pg_try_advisory_lock({id})", connection);
            taken = (bool)(await take.ExecuteScalarAsync(cancellationToken))!;
            return taken ? new SessionLock(connection, id) : null;
        }
        finally
        {
            if (!taken)
            {
                await connection.DisposeAsync();
            }
        }
    }

    /// <summary>Gives it back. The connection goes back to its pool, and would hold the lock there until somebody uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await using var give = new NpgsqlCommand($"select pg_advisory_unlock({_id})", Connection);
            await give.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // The session is gone, and the lock with it. What ended it is what the caller hears of.
        }
        finally
        {
            await Connection.DisposeAsync();
        }
    }
}
