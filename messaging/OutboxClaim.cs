using Npgsql;

namespace OnePlatform.Messaging;

/// <summary>Rows locked by this relay until it commits; when it dies, the lock dies with its connection and others take over.</summary>
internal sealed class OutboxClaim(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
{
    /// <summary>Locks the oldest rows that are due and that no other relay holds.</summary>
    public async Task<IReadOnlyList<ClaimedMessage>> LockAsync(int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OutboxTable.Begin));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select sequence, event_id, type, body, trace_parent, attempts from outbox
            where failed_at is null and due_at <= $1
            order by sequence limit $2 for update skip locked
            """)
        { Parameters = { new() { Value = now }, new() { Value = limit } } });

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var messages = new List<ClaimedMessage>();
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(new ClaimedMessage(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3),
                await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4), reader.GetInt32(5)));
        }

        return messages;
    }

    /// <param name="dueAt">When to try again; null sets the message aside for redrive.</param>
    public async Task SetAsideAsync(
        ClaimedMessage message, int attempts, DateTimeOffset? dueAt, string error, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update outbox set attempts = $2, due_at = coalesce($3, due_at), last_error = left($4, 2000),
                              failed_at = case when $3 is null then $5 end
            where sequence = $1 and failed_at is null
            """, connection, transaction)
        {
            Parameters =
            {
                new() { Value = message.Sequence },
                new() { Value = attempts },
                new() { Value = (object?)dueAt ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
                new() { Value = error },
                new() { Value = now },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes what was published and ends the claim.</summary>
    public async Task RemoveAndCommitAsync(long[] published, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from outbox where sequence = any($1) and failed_at is null", connection, transaction)
        {
            Parameters = { new() { Value = published } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
