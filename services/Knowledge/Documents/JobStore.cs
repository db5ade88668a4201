using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

internal sealed record ClaimedJob(Guid Id, Guid GroupId, Guid DocumentId, int Attempt);

/// <summary>Jobs as rows: queued, claimed by one instance at a time, told of.</summary>
internal sealed class JobStore(NpgsqlDataSource dataSource, TenantScope scope, IOptions<IngestionOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);

    /// <summary>A new job, in the transaction that stores its document; jobs for an older text of the document end.</summary>
    public static void Queue(RecordBatch batch, Guid id, Guid documentId, Guid? createdBy, DateTimeOffset now)
    {
        batch.Run(
            $"""
             update {IngestionJob.Table} set state = '{JobStates.Failed}', error_code = 'superseded', error = 'The document was changed.', updated_at = $3
             where group_id = $1 and document_id = $2 and state in ('{JobStates.Queued}', '{JobStates.Running}')
             """, documentId, now);
        batch.Run(
            $"""
             insert into {IngestionJob.Table} (group_id, id, document_id, state, chunks, added, kept, removed, attempts, created_by, created_at, updated_at)
             values ($1, $2, $3, '{JobStates.Queued}', 0, 0, 0, 0, 0, $4, $5, $5)
             """, id, documentId, RecordBatch.Uuid(createdBy), now);
    }

    public async Task<JobResponse?> FindAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select id, document_id, state, chunks, added, kept, removed, attempts, error_code, error, created_at, updated_at
             from {IngestionJob.Table} where id = $1 and group_id = $2
             """)
        { Parameters = { new() { Value = id }, new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new JobResponse(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2),
                new JobProgress(reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5), reader.GetInt32(6)), reader.GetInt32(7),
                RecordRow.Text(reader, 8) is { } code ? new JobFailure(code, RecordRow.Text(reader, 9) ?? "") : null,
                reader.GetFieldValue<DateTimeOffset>(10), reader.GetFieldValue<DateTimeOffset>(11))
            : null;
    }

    /// <summary>
    /// The job as it is, and again whenever it has changed, until it has ended or its document is gone; null where it has not for long.
    /// </summary>
    public async IAsyncEnumerable<JobResponse?> FollowAsync(Guid groupId, JobResponse job, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = clock.GetTimestamp();
        yield return job;
        while (job.State is JobStates.Queued or JobStates.Running)
        {
            await Task.Delay(s_look, clock, cancellationToken);
            if (await FindAsync(groupId, job.Id, cancellationToken) is not { } now)
            {
                yield break;
            }

            var isNews = now != job;
            if (isNews || clock.GetElapsedTime(told) >= options.Value.Heartbeat)
            {
                (job, told) = (now, clock.GetTimestamp());
                yield return isNews ? job : null;
            }
        }
    }

    /// <returns>The job, or null when it is done or another instance works at it.</returns>
    public async Task<ClaimedJob?> ClaimAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             update {IngestionJob.Table} set state = '{JobStates.Running}', attempts = attempts + 1, claimed_until = $4, updated_at = $3
             where group_id = $1 and id = $2 and state in ('{JobStates.Queued}', '{JobStates.Running}') and (claimed_until is null or claimed_until < $3)
             returning document_id, attempts
             """)
        { Parameters = { new() { Value = groupId }, new() { Value = id }, new() { Value = now }, new() { Value = now + options.Value.Claim } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new ClaimedJob(id, groupId, reader.GetGuid(0), reader.GetInt32(1)) : null;
    }

    /// <summary>
    /// Progress, in the transaction of the chunks it tells of; renews the claim. Who has lost the claim, to another instance or to a
    /// newer text, writes null where none may be, and so nothing of the transaction stays.
    /// </summary>
    public void Advance(RecordBatch batch, ClaimedJob job, JobProgress progress, bool completed)
    {
        var now = clock.GetUtcNow();
        batch.Run(
            $"""
             update {IngestionJob.Table} set chunks = $3, added = $4, kept = $5, removed = $6, claimed_until = $8, error_code = null, error = null,
                 updated_at = case when attempts = $10 and state = '{JobStates.Running}' then $9 end, state = $7
             where group_id = $1 and id = $2
             """,
            job.Id, progress.Chunks, progress.Added, progress.Kept, progress.Removed, completed ? JobStates.Completed : JobStates.Running,
            now + options.Value.Claim, now, job.Attempt);
    }

    /// <summary>Whether an exception is <see cref="Advance"/>'s way to say that the claim is lost, or the document.</summary>
    public static bool IsLostClaim(PostgresException exception) => exception.SqlState is PostgresErrorCodes.NotNullViolation
        or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation;

    /// <summary>Lets go of a job that may be done later, or for good where <paramref name="failure"/> will not pass.</summary>
    public async Task<string> ReleaseAsync(ClaimedJob job, JobFailure failure, bool passes, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var again = passes && job.Attempt < options.Value.MostAttempts;
        var state = again ? JobStates.Queued : JobStates.Failed;
        var delay = TimeSpan.FromTicks(Math.Min(TimeSpan.TicksPerMinute * 5, options.Value.Backoff.Ticks << Math.Min(job.Attempt - 1, 20)));
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             update {IngestionJob.Table} set state = $4, claimed_until = $8, error_code = $5, error = $6, updated_at = $7
             where group_id = $1 and id = $2 and attempts = $3 and state = '{JobStates.Running}'
             """)
        {
            Parameters =
            {
                new() { Value = job.GroupId }, new() { Value = job.Id }, new() { Value = job.Attempt }, new() { Value = state },
                new() { Value = failure.Code }, new() { Value = failure.Detail }, new() { Value = now }, new() { Value = now + delay },
            },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return state;
    }
}
