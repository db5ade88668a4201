using Npgsql;

namespace OnePlatform.Messaging;

/// <summary>The relay's view of the outbox. Plain SQL: the claim is a lock that EF cannot express.</summary>
internal sealed class OutboxTable(NpgsqlDataSource dataSource)
{
    /// <summary>
    /// What each transaction begins with. Rows of every tenant pass here, so it declares itself the system to the row-level policies. Nearly
    /// all rows are gone by the time vacuum counts them: few rows in a table that a busy minute made large look to the planner as if reading
    /// all of it cost less than an index, and each look would read what the whole minute left behind.
    /// </summary>
    public const string Begin = "select set_config('app.system', 'on', true), set_config('enable_seqscan', 'off', true)";

    /// <summary>Begins a claim; it locks nothing yet.</summary>
    public async Task<OutboxClaim> BeginClaimAsync(CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // Nothing is sent yet; given up here, the connection would be nobody's to close.
        return new OutboxClaim(connection, await connection.BeginTransactionAsync(CancellationToken.None));
    }

    /// <summary>Gives messages that were set aside another life.</summary>
    public Task<int> RedriveAsync(DateTimeOffset now, CancellationToken cancellationToken)
        => ExecuteAsync("update outbox set failed_at = null, attempts = 0, due_at = $1 where failed_at is not null", now, cancellationToken);

    public Task<int> PruneInboxAsync(DateTimeOffset before, CancellationToken cancellationToken)
        => ExecuteAsync("delete from inbox where handled_at < $1", before, cancellationToken);

    public async Task<OutboxState> StateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select count(*), coalesce(extract(epoch from $1 - min(created_at)), 0)::double precision,
                   (select count(*) from outbox where failed_at is not null)
            from outbox where failed_at is null
            """)
        { Parameters = { new() { Value = now } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new OutboxState(reader.GetInt64(0), reader.GetInt64(2), TimeSpan.FromSeconds(Math.Max(0, reader.GetDouble(1))));
    }

    private async Task<int> ExecuteAsync(string sql, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Begin));
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = time } } };
        batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return command.RecordsAffected;
    }
}

/// <param name="Pending">Rows waiting for publication.</param>
/// <param name="Failed">Rows set aside.</param>
/// <param name="Lag">Age of the oldest waiting row.</param>
internal sealed record OutboxState(long Pending, long Failed, TimeSpan Lag);

internal sealed record ClaimedMessage(long Sequence, Guid EventId, string Type, string Body, string? TraceParent, int Attempts);
