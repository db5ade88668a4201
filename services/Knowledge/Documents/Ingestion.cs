using System.Diagnostics;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Reading;

namespace OnePlatform.Knowledge.Documents;

/// <summary>
/// Cuts a stored document into chunks and indexes them, a batch a transaction. It looks first at what is there already, by
/// content hash, so that a run after a crash goes on where the last one stopped, and a changed document costs what changed.
/// </summary>
internal sealed partial class Ingestion(
    DocumentChunks stored, JobStore jobs, RecordWriter writer, Chunker chunker, Embedder embedder, IngestionMetrics metrics,
    IOptions<IngestionOptions> options, TimeProvider clock, ILogger<Ingestion> logger)
{
    /// <returns>The state of the job afterwards.</returns>
    public async Task<string> RunAsync(Guid groupId, Guid jobId, CancellationToken cancellationToken)
    {
        if (await jobs.ClaimAsync(groupId, jobId, cancellationToken) is not { } job)
        {
            return (await jobs.FindAsync(groupId, jobId, cancellationToken))?.State ?? JobStates.Failed;
        }

        var started = Stopwatch.GetTimestamp();
        var state = await RunAsync(groupId, job, cancellationToken);
        metrics.Ran(state, started);
        return state;
    }

    private async Task<string> RunAsync(Guid groupId, ClaimedJob job, CancellationToken cancellationToken)
    {
        try
        {
            if (await stored.FindDocumentAsync(groupId, job.DocumentId, cancellationToken) is not { } document)
            {
                return await jobs.ReleaseAsync(job, new JobFailure("document_deleted", "The document was deleted."), passes: false, cancellationToken);
            }

            await IngestAsync(job, document, cancellationToken);
            return JobStates.Completed;
        }
        catch (PostgresException ex) when (JobStore.IsLostClaim(ex))
        {
            // Another instance took over, or the text is no longer this one; what they add is not added here.
            return JobStates.Running;
        }
        catch (EmbeddingException ex)
        {
            LogNotEmbedded(ex, job.Id, ex.Failure.Passes);
            return await jobs.ReleaseAsync(job, new JobFailure(ex.Failure.Code, ex.Failure.Detail), ex.Failure.Passes, cancellationToken);
        }
    }

    private async Task IngestAsync(ClaimedJob job, StoredDocument document, CancellationToken cancellationToken)
    {
        var cut = chunker.Cut(new ReadDocument(document.Title, document.Text, document.Blocks));
        var plan = ChunkPlan.Make(cut, await stored.ListAsync(job.GroupId, job.DocumentId, cancellationToken));
        var progress = new JobProgress(cut.Count, 0, plan.Kept.Count, 0);
        foreach (var chunks in plan.New.Chunk(options.Value.BatchSize))
        {
            var vectors = await embedder.EmbedAsync([.. chunks.Select(c => c.TextOf(document.Text))], cancellationToken);
            progress = progress with { Added = progress.Added + chunks.Length };
            var isLast = progress.Added == plan.New.Count;
            progress = progress with { Removed = isLast ? plan.Gone.Count : 0 };
            await using var batch = writer.Begin(job.GroupId);
            jobs.Advance(batch, job, progress, completed: isLast);
            var now = clock.GetUtcNow();
            for (var i = 0; i < chunks.Length; i++)
            {
                batch.AddSearchable(document.RowOf(chunks[i], vectors[i], embedder.Model, now), vectors[i]);
            }

            if (isLast)
            {
                DocumentChunks.Settle(batch, job.DocumentId, document, plan, now);
            }

            await batch.CommitAsync(cancellationToken);
            metrics.Indexed(chunks.Length, "document");
        }

        if (plan.New.Count == 0)
        {
            await using var batch = writer.Begin(job.GroupId);
            jobs.Advance(batch, job, progress with { Removed = plan.Gone.Count }, completed: true);
            DocumentChunks.Settle(batch, job.DocumentId, document, plan, clock.GetUtcNow());
            await batch.CommitAsync(cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: its texts could not be embedded; passing: {Passes}.")]
    private partial void LogNotEmbedded(Exception exception, Guid jobId, bool passes);
}
