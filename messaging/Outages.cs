using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace OnePlatform.Messaging;

/// <summary>
/// Tells a failure that says nothing about the message from one that may. While the database is away every message fails, and none of
/// them belongs in an error queue, from where somebody would have to move it back.
/// </summary>
internal static class Outages
{
    /// <summary>Of tries; with the pause between them, longer than anybody leaves a database down.</summary>
    public const int Tries = 10_000;

    public static bool Is(Exception exception) => exception switch
    {
        // Shut down, crashed, without room, or unable to read its files; with a full disk new connections meet an internal error. Two
        // transactions in each other's way are no outage: that is over at the next try.
        PostgresException answered => answered.SqlState is ['5', '3' or '8', ..] or PostgresErrorCodes.InternalError
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow,
        NpgsqlException { IsTransient: true } => true,
        DbUpdateException or InvalidOperationException => exception.InnerException is { } inner && Is(inner),
        _ => false,
    };
}
