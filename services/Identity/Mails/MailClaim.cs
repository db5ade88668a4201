using Npgsql;
using OnePlatform.Identity.OneTime;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Mails;

/// <summary>A mail as the relay sees it, with the account as it now is; without one there is nobody to write to.</summary>
internal sealed record ClaimedMail(Guid Id, string Kind, string Email, string? ReturnTo, int Attempts, Guid? UserId, string? Name, bool Verified, string? About);

/// <summary>One mail, locked until the end of the transaction: when the relay dies, the lock dies with its connection and another takes over.</summary>
internal sealed class MailClaim(NpgsqlDataSource dataSource, NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    public static async Task<MailClaim> BeginAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Nothing is sent yet; given up here, the connection would be nobody's to close.
        return new MailClaim(dataSource, connection, await connection.BeginTransactionAsync(CancellationToken.None));
    }

    public async Task<ClaimedMail?> LockAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        // Mails and accounts belong to no group, so the relay declares itself the system to the row-level policies.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select set_config('app.system', 'on', true)"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select m.id, m.kind, m.email, m.return_to, m.attempts, u.id, u.name, coalesce(u.email_verified, false), m.about
            from mails m
            left join users u on u.deleted_at is null and (u.id = m.user_id or (m.user_id is null and u.email = m.email))
            where m.failed_at is null and m.due_at <= $1
            order by m.due_at limit 1 for update of m skip locked
            """)
        { Parameters = { new() { Value = now } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ClaimedMail(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader[3] as string, reader.GetInt32(4), reader[5] as Guid?, reader[6] as string, reader.GetBoolean(7), reader[8] as string)
            : null;
    }

    /// <summary>
    /// Stores the hashes of link and code, and again with a new end when the mail goes again. For good before it goes and not with the
    /// claim: whoever reads the mail at once finds them.
    /// </summary>
    public async Task AddTokenAsync(OneTimeToken token, CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into one_time_tokens (id, user_id, purpose, email, token_hash, code_hash, code_failures, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, 0, $7, $8)
            on conflict (id) do update set expires_at = excluded.expires_at
            """)
        {
            Parameters =
            {
                new() { Value = token.Id },
                new() { Value = token.UserId },
                new() { Value = token.Purpose },
                new() { Value = token.Email },
                new() { Value = token.TokenHash },
                new() { Value = (object?)token.CodeHash ?? DBNull.Value },
                new() { Value = token.CreatedAt },
                new() { Value = token.ExpiresAt },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task RemoveAndCommitAsync(Guid id, CancellationToken cancellationToken)
    {
        await ExecuteAsync("delete from mails where id = $1", cancellationToken, id);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <param name="id">The mail.</param>
    /// <param name="dueAt">When to try again.</param>
    /// <param name="failedAt">Set to try no more.</param>
    /// <param name="error">What the server said.</param>
    public async Task SetAsideAndCommitAsync(Guid id, DateTimeOffset dueAt, DateTimeOffset? failedAt, string error, CancellationToken cancellationToken)
    {
        await ExecuteAsync(
            "update mails set attempts = attempts + 1, due_at = $2, failed_at = $3::timestamptz, last_error = left($4, 2000) where id = $1",
            cancellationToken,
            id, dueAt, (object?)failedAt ?? DBNull.Value, error);
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
