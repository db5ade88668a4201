using Npgsql;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Documents;

/// <summary>What a chunk takes over from its document.</summary>
internal sealed record StoredDocument(
    Guid Id, Guid GroupId, string? Title, string Text, IReadOnlyList<Block> Blocks, string[] Labels, string Metadata, Guid? ThingId, Guid? CreatedBy)
{
    public KnowledgeRecord RowOf(Chunk chunk, float[]? embedding, string model, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        GroupId = GroupId,
        Type = KnowledgeTypes.Chunk,
        Title = Title,
        Text = chunk.TextOf(Text),
        Labels = Labels,
        Metadata = Metadata,
        ThingId = ThingId,
        DocumentId = Id,
        ChunkIndex = chunk.Index,
        StartOffset = chunk.Start,
        EndOffset = chunk.End,
        TokenCount = chunk.TokenCount,
        Section = SectionOf(chunk),
        ContentHash = chunk.Hash,
        EmbeddingModel = embedding is null ? null : model,
        EmbeddingDimensions = embedding?.Length,
        CreatedBy = CreatedBy,
        Version = 1,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>As much of the headings as the column holds; the cut may leave half a surrogate pair.</summary>
    public static string? SectionOf(Chunk chunk)
        => chunk.Section is { Length: > LongestSection } section ? PlainText.Storable(section[..LongestSection]) : chunk.Section;

    private const int LongestSection = 2000;
}

/// <summary>A document's chunks as they are stored.</summary>
internal sealed class DocumentChunks(NpgsqlDataSource dataSource, TenantScope scope)
{
    public async Task<StoredDocument?> FindDocumentAsync(Guid groupId, Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select title, text, blocks, labels, metadata, thing_id, created_by from {KnowledgeRecord.Table}
             where group_id = $1 and id = $2 and type = '{KnowledgeTypes.Document}'
             """)
        { Parameters = { new() { Value = groupId }, new() { Value = id } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredDocument(
                id, groupId, RecordRow.Text(reader, 0), reader.GetString(1), BlockList.Unpack(reader.GetFieldValue<int[]>(2)),
                reader.GetFieldValue<string[]>(3), reader.GetString(4), RecordRow.Uuid(reader, 5), RecordRow.Uuid(reader, 6))
            : null;
    }

    public async Task<IReadOnlyList<StoredChunk>> ListAsync(Guid groupId, Guid documentId, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select id, chunk_index, content_hash from {KnowledgeRecord.Table} where group_id = $1 and document_id = $2")
        {
            Parameters = { new() { Value = groupId }, new() { Value = documentId } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var chunks = new List<StoredChunk>();
        while (await reader.ReadAsync(cancellationToken))
        {
            chunks.Add(new StoredChunk(reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2)));
        }

        return chunks;
    }

    /// <summary>Puts kept chunks in their new places and takes away those that are gone.</summary>
    public static void Settle(RecordBatch batch, Guid documentId, StoredDocument document, ChunkPlan plan, DateTimeOffset now)
    {
        if (plan.Gone.Count > 0)
        {
            batch.Remove("document_id = $2 and id = any ($3)", documentId, plan.Gone.ToArray());
        }

        if (plan.Kept.Count == 0)
        {
            return;
        }

        // Out of the way first: two chunks with the same text may change places, and no two may ever hold one.
        var kept = plan.Kept.Select(k => k.Stored.Id).ToArray();
        batch.Run($"update {KnowledgeRecord.Table} set chunk_index = -1 - chunk_index where group_id = $1 and id = any ($2)", kept);
        batch.Run(
            $"""
             update {KnowledgeRecord.Table} k
             set chunk_index = n.chunk_index, start_offset = n.start_offset, end_offset = n.end_offset, section = n.section,
                 title = $7, labels = $8, metadata = $9, thing_id = $10, updated_at = $11
             from unnest($2, $3, $4, $5, $6) n(id, chunk_index, start_offset, end_offset, section)
             where k.group_id = $1 and k.id = n.id
             """,
            kept, plan.Kept.Select(k => k.Cut.Index).ToArray(), plan.Kept.Select(k => k.Cut.Start).ToArray(),
            plan.Kept.Select(k => k.Cut.End).ToArray(), plan.Kept.Select(k => StoredDocument.SectionOf(k.Cut)).ToArray(),
            RecordBatch.Text(document.Title), document.Labels, RecordBatch.Json(document.Metadata), RecordBatch.Uuid(document.ThingId), now);

        // A new number makes every copy of the index read the entry again.
        batch.Run(
            $"""
             update {IndexEntry.Table} set number = default, change = (select s.change from {IndexState.Table} s where s.group_id = $1),
                 labels = $3, thing_id = $4
             where group_id = $1 and knowledge_id = any ($2) and not removed and (labels is distinct from $3 or thing_id is distinct from $4)
             """, kept, document.Labels, RecordBatch.Uuid(document.ThingId));
    }
}
