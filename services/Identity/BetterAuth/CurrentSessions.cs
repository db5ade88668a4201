using Npgsql;
using OnePlatform.Identity.Secrets;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.BetterAuth;

/// <summary>
/// The session of a cookie as its browser sees it. Every page of a Better Auth client asks for it, so it is one round trip and
/// nothing is tracked.
/// </summary>
internal sealed class CurrentSessions(NpgsqlDataSource dataSource, TenantScope scope, TimeProvider clock)
{
    private const string ByCookie =
        """
        select s.id, s.user_id, s.expires_at, s.created_at, s.last_seen_at, s.ip, s.user_agent,
               u.email, u.name, u.email_verified, u.created_at, u.updated_at, u.second_factor_enabled, s.group_id
        from sessions s join users u on u.id = s.user_id
        where s.cookie_hash = $1 and s.revoked_at is null and s.expires_at > $2 and u.deleted_at is null and u.locked_at is null
        """;

    /// <returns>Null when there is no such session, or it has ended.</returns>
    public async Task<BetterAuthCurrent?> FindAsync(string cookie, CancellationToken cancellationToken)
    {
        // A session is its person's and no group's; whoever holds its secret may see it.
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByCookie)
        {
            Parameters =
            {
                new NpgsqlParameter<byte[]> { TypedValue = OpaqueToken.HashOf(cookie) },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() },
            },
        });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    private static BetterAuthCurrent Read(NpgsqlDataReader row)
    {
        var (id, userId) = (row.GetGuid(0).ToString(), row.GetGuid(1).ToString());
        return new BetterAuthCurrent(
            new BetterAuthSession(id, userId, id, Time(2), Time(3), Time(4), TextOrNull(5), TextOrNull(6), row.IsDBNull(13) ? null : row.GetGuid(13).ToString()),
            new BetterAuthUser(userId, row.GetString(7), row.GetString(8), row.GetBoolean(9), Time(10), Time(11), row.GetBoolean(12)));

        DateTimeOffset Time(int column) => row.GetFieldValue<DateTimeOffset>(column);
        string? TextOrNull(int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
