using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Identity.Accounts;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

/// <summary>
/// Stores a session with nothing else to save, which is what nearly every sign-in comes to: one round trip where Entity Framework makes two,
/// and a lock on the account where it writes the account anew.
/// </summary>
internal sealed class SessionInsert(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal signal)
{
    // An account that has changed has no id here, and a session needs one. Who is about to change it is waited for.
    private const string Session =
        """
        insert into sessions (id, user_id, cookie_hash, created_at, authenticated_at, last_seen_at, expires_at, ip, user_agent, group_id, methods, assurance)
        values ($1, (select id from users where id = $2 and version = $3 for share), $4, $5, $5, $5, $6, $7, $8, $9, $10, $11)
        """;

    private const string Refresh = "insert into refresh_tokens (hash, session_id, created_at, expires_at) values ($1, $2, $3, $4)";

    /// <param name="opened">By <see cref="SessionGate"/>.</param>
    /// <param name="user">As the attempt found it.</param>
    /// <param name="told">What the event log hears of it.</param>
    /// <param name="cancellationToken">Of the request.</param>
    /// <exception cref="DbUpdateConcurrencyException">The account has changed meanwhile; nothing is stored.</exception>
    public async Task RunAsync(OpenedSession opened, User user, IIntegrationEvent told, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(InsertOf(opened.Session, user));
        batch.BatchCommands.Add(InsertOf(RefreshToken.Of(opened.Session, opened.Refresh, opened.Session.CreatedAt)));
        batch.BatchCommands.Add(OutboxMessage.InsertOf(told));
        try
        {
            await batch.CommitAsync(scope, cancellationToken);
        }
        catch (PostgresException exception) when (exception is { SqlState: PostgresErrorCodes.NotNullViolation, ColumnName: "user_id" })
        {
            throw new DbUpdateConcurrencyException("The account has changed while somebody signed in.", exception);
        }

        signal.Wake();
    }

    private static NpgsqlBatchCommand InsertOf(Session session, User user) => new(Session)
    {
        Parameters =
        {
            new() { Value = session.Id },
            new() { Value = user.Id },
            new() { Value = user.Version },
            new() { Value = session.CookieHash },
            new() { Value = session.CreatedAt },
            new() { Value = session.ExpiresAt },
            new() { Value = (object?)session.Ip ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = (object?)session.UserAgent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = (object?)session.GroupId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            new() { Value = session.Methods },
            new() { Value = session.Assurance },
        },
    };

    private static NpgsqlBatchCommand InsertOf(RefreshToken token) => new(Refresh)
    {
        Parameters =
        {
            new() { Value = token.Hash },
            new() { Value = token.SessionId },
            new() { Value = token.CreatedAt },
            new() { Value = token.ExpiresAt },
        },
    };
}
