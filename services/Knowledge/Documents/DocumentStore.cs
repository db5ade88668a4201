using Microsoft.AspNetCore.Http.HttpResults;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Contracts;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Documents;

/// <summary>Takes documents in: reads them, stores them, and queues their indexing.</summary>
internal sealed class DocumentStore(
    RecordWriter writer, RecordStore records, DocumentReaders readers, RequestOrigin origin, TimeProvider clock)
{
    /// <summary>Longer texts take long enough to index that nobody should wait for them.</summary>
    public const int AtOnce = 64 * 1024;

    /// <param name="isTold">Whether any instance may index it; false where the caller does so at once.</param>
    /// <returns>The document and its job, or why it cannot be taken.</returns>
    public async Task<(AcceptedDocument? Accepted, ProblemHttpResult? Problem)> AddAsync(
        ActingGroup group, DocumentDraft draft, bool isTold, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (row, problem) = Read(group, draft, Guid.CreateVersion7(now), now, cancellationToken);
        if (row is null)
        {
            return (null, problem);
        }

        await using var batch = writer.BeginApart(group.Id);
        batch.Add(row);
        batch.Publish(KnowledgeEvents.Created(row, origin.Current));
        return (await QueueAsync(batch, group, row.Id, isTold, now, cancellationToken), null);
    }

    /// <summary>A new text, and all else, for a document; only what differs is indexed anew.</summary>
    /// <returns>The document and its job, or why not; neither when there is no such document.</returns>
    public async Task<(AcceptedDocument? Accepted, ProblemHttpResult? Problem)> ReplaceAsync(
        ActingGroup group, Guid id, DocumentDraft draft, CancellationToken cancellationToken)
    {
        if (await records.FindAsync(group.Id, id, cancellationToken) is not { Type: KnowledgeTypes.Document } known)
        {
            return (null, null);
        }

        if (known.CreatedBy != group.Caller.Id && group.Caller.Role < Role.GroupOwner)
        {
            return (null, Problems.Forbidden(ProblemCodes.InsufficientRole, "Only its maker and owners of the group change this."));
        }

        var now = clock.GetUtcNow();
        var (row, problem) = Read(group, draft, id, now, cancellationToken);
        if (row is null)
        {
            return (null, problem);
        }

        var changed = KnowledgeEvents.Updated(
            group.Id, id, new { EntityType = row.Type, EntityName = row.Title, TextChanged = row.ContentHash != Chunk.HashOf(known.Text) },
            known.Version + 1, origin.Current, now);
        await using var batch = writer.Begin(group.Id);
        var published = batch.PublishIfThere(id, changed);
        batch.Replace(row);
        var accepted = await QueueAsync(batch, group, id, isTold: true, now, cancellationToken);

        // It may have been deleted since it was found.
        return (published.RecordsAffected > 0 ? accepted : null, null);
    }

    private (KnowledgeRecord? Row, ProblemHttpResult? Problem) Read(
        ActingGroup group, DocumentDraft draft, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var faults = new List<ProblemError>();
        var labels = Storable.Labels(draft.Labels, "/labels", faults);
        var metadata = Storable.Metadata(draft.Metadata, faults);
        if (draft.Title is { Length: 0 or > 500 })
        {
            faults.Add(new ProblemError("/title", "invalid", "A title has 1 to 500 characters."));
        }

        if (faults.Count > 0)
        {
            return (null, Problems.Invalid(faults));
        }

        var read = readers.Read(draft.Content, draft.Format, cancellationToken);
        if (read.Document is not { } document)
        {
            return (null, ProblemOf(read.Failure!, draft.ContentPointer));
        }

        return (new KnowledgeRecord
        {
            Id = id,
            GroupId = group.Id,
            Type = KnowledgeTypes.Document,
            Title = Shorten(draft.Title is null ? document.Title ?? draft.FileName : PlainText.Storable(draft.Title)),
            Text = document.Text,
            Labels = labels,
            Metadata = metadata,
            ThingId = draft.ThingId,
            Format = draft.Format.ToString()!.ToLowerInvariant(),
            Blocks = BlockList.Pack(document.Blocks),
            ContentHash = Chunk.HashOf(document.Text),
            CreatedBy = group.Caller.Id,
            Version = 1,
            CreatedAt = now,
            UpdatedAt = now,
        }, null);
    }

    private static async Task<AcceptedDocument> QueueAsync(
        RecordBatch batch, ActingGroup group, Guid documentId, bool isTold, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var jobId = Guid.CreateVersion7(now);
        JobStore.Queue(batch, jobId, documentId, group.Caller.Id, now);
        if (isTold)
        {
            batch.Publish(new DocumentAccepted(Guid.CreateVersion7(now), now, group.Id, documentId, jobId));
        }

        await batch.CommitAsync(cancellationToken);
        return new AcceptedDocument(jobId, documentId, JobStates.Queued);
    }

    private static string? Shorten(string? title) => title is { Length: > 500 } ? PlainText.Storable(title[..500]) : title;

    private static ProblemHttpResult ProblemOf(ReadFailure failure, string pointer) => failure.Code switch
    {
        "document_too_large" => Problems.Of(StatusCodes.Status413PayloadTooLarge, failure.Code, failure.Detail),
        "document_format_unsupported" => Problems.Of(StatusCodes.Status415UnsupportedMediaType, failure.Code, failure.Detail),
        _ => Problems.Invalid(pointer, failure.Code, failure.Detail),
    };
}
