using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>
/// An advisory lock that a session holds until it gives it back or ends: of all instances one does the work, and when that one dies
/// another may at once.
/// </summary>
public static class SessionLock
{
    /// <param name="connection">From <see cref="TenantSessions"/>, and used for the work as well where it may not outlast the lock.</param>
    /// <param name="id">Any number, as long as every instance uses the same.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>False when another session has it.</returns>
    public static async Task<bool> TryTakeAsync(NpgsqlConnection connection, long id, CancellationToken cancellationToken)
    {
        await using var take = new NpgsqlCommand($"select pg_try_advisory_lock({id})", connection);
        return (bool)(await take.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The connection goes back to its pool, and would hold the lock there until somebody uses it.</summary>
    public static async Task GiveBackAsync(NpgsqlConnection connection, long id)
    {
        try
        {
            await using var give = new NpgsqlCommand($"select pg_advisory_unlock({id})", connection);
            await give.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            // The session is gone, and the lock with it. What ended it is what the caller hears of.
        }
    }
}
