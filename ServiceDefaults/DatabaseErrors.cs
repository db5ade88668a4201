using Npgsql;

namespace OnePlatform.ServiceDefaults;

/// <summary>What an error of the database says about the database.</summary>
public static class DatabaseErrors
{
    /// <summary>
    /// Shut down, crashed, not up yet, without room or memory, or unable to read its files: no fault of what was asked, and not for ever. With
    /// a full disk PostgreSQL calls it an internal error that it cannot welcome a new connection.
    /// </summary>
    public static bool IsAway(NpgsqlException exception) => exception is PostgresException refused
        ? refused.SqlState is ['5', '3' or '8', ..] or PostgresErrorCodes.InternalError
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        : exception.IsTransient;
}
