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
    DocumentChunks stored, JobStore jobs, ChunkIntake intake, Chunker chunker, Embedder embedder, IngestionMetrics metrics,
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
        List<Chunk[]> batches = [.. plan.New.Chunk(options.Value.BatchSize)];

        // The last one settles what is there already, so there is one also where nothing is new.
        for (var i = 0; i < Math.Max(1, batches.Count); i++)
        {
            var (chunks, isLast) = (i < batches.Count ? batches[i] : [], i >= batches.Count - 1);
            var vectors = await embedder.EmbedAsync([.. chunks.Select(c => c.TextOf(document.Text))], cancellationToken);
            progress = progress with { Added = progress.Added + chunks.Length, Removed = isLast ? plan.Gone.Count : 0 };
            var (reached, now) = (progress, clock.GetUtcNow());
            await intake.KeepAsync(new ChunkWork(job.GroupId, chunks.Length, Write), cancellationToken);
            metrics.Indexed(chunks.Length, "document");

            void Write(RecordBatch batch)
            {
                jobs.Advance(batch, job, reached, completed: isLast);
                foreach (var (chunk, vector) in chunks.Zip(vectors))
                {
                    batch.AddSearchable(document.RowOf(chunk, vector, embedder.Model, now), vector);
                }

                if (isLast)
                {
                    DocumentChunks.Settle(batch, job.DocumentId, document, plan, now);
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Job {JobId}: its texts could not be embedded; passing: {Passes}.")]
    private partial void LogNotEmbedded(Exception exception, Guid jobId, bool passes);
}
