using Npgsql;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Http;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Reading;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Records;

internal enum RemovalOutcome
{
    Removed,
    Absent,
    NotYours,
    FollowsThing,
}

/// <summary>Single rows of knowledge: found, created, removed.</summary>
internal sealed class RecordStore(
    NpgsqlDataSource dataSource, TenantScope scope, RecordWriter writer, Embedder embedder, RequestOrigin origin, TimeProvider clock)
{
    /// <summary>The model of vectors that callers bring without saying where from.</summary>
    public const string CustomModel = "custom";

    public async Task<KnowledgeResponse?> FindAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select {RecordRow.Columns} from {KnowledgeRecord.Table} k where k.id = $1 and k.group_id = $2")
        {
            Parameters = { new() { Value = id }, new() { Value = groupId } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? RecordRow.Read(reader) : null;
    }

    /// <summary>A label, a chunk or a bare vector. Documents are <see cref="Documents.DocumentStore"/>'s.</summary>
    /// <returns>The new row's id, or what is wrong with the request.</returns>
    public async Task<(Guid Id, IReadOnlyList<ProblemError> Faults)> CreateAsync(
        ActingGroup group, CreateKnowledgeRequest request, CancellationToken cancellationToken)
    {
        var faults = new List<ProblemError>();
        var labels = Storable.Labels(request.Labels, "/labels", faults);
        var metadata = Storable.Metadata(request.Metadata, faults);
        var text = request.Text is null ? null : PlainText.Storable(request.Text);
        var given = request.Embedding is null ? null : Embedder.UnitOf(request.Embedding);
        if (request.Embedding is not null && given is null)
        {
            faults.Add(new ProblemError("/embedding", "invalid", "A vector needs a direction: finite numbers, not all of them zero."));
        }

        if (request.Type == KnowledgeTypes.VectorOnly ? request.Embedding is null : string.IsNullOrWhiteSpace(text))
        {
            var missing = request.Type == KnowledgeTypes.VectorOnly ? "embedding" : "text";
            faults.Add(new ProblemError($"/{missing}", "required", $"Knowledge of the type {request.Type} needs {(missing == "text" ? "a text" : "an embedding")}."));
        }

        if (faults.Count > 0)
        {
            return (Guid.Empty, faults);
        }

        var model = given is null ? embedder.Model : request.EmbeddingModel ?? CustomModel;
        given ??= (await embedder.EmbedAsync([text!], cancellationToken))[0];
        var row = RowOf(group, request.Type, text, given, model) with
        {
            Title = request.Title is null ? null : PlainText.Storable(request.Title),
            Labels = labels,
            Metadata = metadata,
            ThingId = request.ThingId,
        };
        await using var batch = writer.Begin(group.Id);
        batch.AddSearchable(row, given);
        batch.Publish(KnowledgeEvents.Created(row, origin.Current));
        await batch.CommitAsync(cancellationToken);
        return (row.Id, []);
    }

    /// <summary>Texts that were embedded already, each as a chunk; one line in the log for all.</summary>
    public async Task<(List<Guid> Ids, IReadOnlyList<ProblemError> Faults)> CreateManyAsync(
        ActingGroup group, IReadOnlyList<string> texts, float[]?[] vectors, IReadOnlyList<string>? labels, CancellationToken cancellationToken)
    {
        var faults = new List<ProblemError>();
        var clean = Storable.Labels(labels, "/labels", faults);
        if (faults.Count > 0)
        {
            return ([], faults);
        }

        await using var batch = writer.Begin(group.Id);
        var ids = new List<Guid>();
        for (var i = 0; i < texts.Count; i++)
        {
            var row = RowOf(group, KnowledgeTypes.Chunk, PlainText.Storable(texts[i]), vectors[i], embedder.Model) with { Labels = clean };
            batch.AddSearchable(row, vectors[i]);
            ids.Add(row.Id);
        }

        batch.Publish(KnowledgeEvents.Changed(
            "knowledge_bulk_created", group.Id, null, new { ids.Count, Types = new[] { KnowledgeTypes.Chunk } }, null, origin.Current, clock.GetUtcNow()));
        await batch.CommitAsync(cancellationToken);
        return (ids, []);
    }

    /// <summary>Removes the row, and with a document its chunks and jobs.</summary>
    public async Task<RemovalOutcome> RemoveAsync(ActingGroup group, Guid id, CancellationToken cancellationToken)
    {
        if (await FindFactsAsync(group.Id, id, cancellationToken) is not { } row)
        {
            return RemovalOutcome.Absent;
        }

        if (row.FollowsThing)
        {
            return RemovalOutcome.FollowsThing;
        }

        if (row.CreatedBy != group.Caller.Id && group.Caller.Role < Role.GroupOwner)
        {
            return RemovalOutcome.NotYours;
        }

        await using var batch = writer.Begin(group.Id);
        var published = batch.PublishIfThere(id, KnowledgeEvents.Deleted(group.Id, id, row.Type, row.Title, origin.Current, clock.GetUtcNow()));
        batch.Run($"delete from {IngestionJob.Table} where group_id = $1 and document_id = $2", id);
        batch.Remove("(id = $2 or document_id = $2)", id);
        await batch.CommitAsync(cancellationToken);

        // Another request may have removed it since it was found; then this one removed nothing.
        return published.RecordsAffected > 0 ? RemovalOutcome.Removed : RemovalOutcome.Absent;
    }

    public async Task<LabelList> ListLabelsAsync(Guid groupId, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select l, count(*) from {KnowledgeRecord.Table} k cross join unnest(k.labels) l
             where k.group_id = $1 and k.document_id is null group by l order by count(*) desc, l limit 1000
             """)
        { Parameters = { new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var labels = new List<LabelCount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            labels.Add(new LabelCount(reader.GetString(0), reader.GetInt64(1)));
        }

        return new LabelList(labels);
    }

    private KnowledgeRecord RowOf(ActingGroup group, string type, string? text, float[]? vector, string model)
    {
        var now = clock.GetUtcNow();
        return new KnowledgeRecord
        {
            Id = Guid.CreateVersion7(now),
            GroupId = group.Id,
            Type = type,
            Text = text,
            ContentHash = text is null ? null : Chunk.HashOf(text),
            TokenCount = text is null ? null : TokenCounter.Count(text),
            EmbeddingModel = vector is null ? null : model,
            EmbeddingDimensions = vector?.Length,
            CreatedBy = group.Caller.Id,
            Version = 1,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private async Task<RowFacts?> FindFactsAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select type, title, created_by, follows_thing from {KnowledgeRecord.Table} where id = $1 and group_id = $2")
        {
            Parameters = { new() { Value = id }, new() { Value = groupId } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new RowFacts(reader.GetString(0), RecordRow.Text(reader, 1), RecordRow.Uuid(reader, 2), reader.GetBoolean(3))
            : null;
    }

    private sealed record RowFacts(string Type, string? Title, Guid? CreatedBy, bool FollowsThing);
}
