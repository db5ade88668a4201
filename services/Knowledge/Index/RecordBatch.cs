using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Records;
using OnePlatform.Messaging;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// Statements that are committed together. The first one locks the group's index, so changes commit in their order; a batch that changes
/// nothing of what is searched waits for nobody.
/// </summary>
internal sealed class RecordBatch : IAsyncDisposable
{
    /// <summary>The change of the group's index that this batch makes, as an expression.</summary>
    public const string Change = "(select s.change from index_state s where s.group_id = $1)";

    private const string RecordColumns =
        $"""
         insert into {KnowledgeRecord.Table} (group_id, id, type, title, text, labels, metadata, thing_id, document_id, chunk_index, start_offset, end_offset,
             token_count, section, format, blocks, content_hash, embedding_model, embedding_dimensions, follows_thing, created_by, version, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24
         """;

    private const string EntryColumns =
        $"""
         insert into {IndexEntry.Table} (group_id, knowledge_id, change, removed, embedding, embedding_model, terms, counts, labels, document_id, thing_id)
         select $1, $2, {Change}, false, $3, $4, $5, $6, $7, $8, $9
         """;

    private readonly NpgsqlBatch _batch;
    private readonly Guid _groupId;
    private readonly OutboxSignal _outbox;

    public RecordBatch(NpgsqlBatch batch, Guid groupId, OutboxSignal outbox, bool isSearched)
    {
        (_batch, _groupId, _outbox) = (batch, groupId, outbox);
        if (isSearched)
        {
            Run(
                $"""
                 insert into {IndexState.Table} (group_id, change, forgotten_up_to) values ($1, 1, 0)
                 on conflict (group_id) do update set change = {IndexState.Table}.change + 1
                 """);
        }
    }

    /// <summary>A row that search does not look at.</summary>
    public void Add(KnowledgeRecord row) => Run(RecordColumns, Values(row));

    /// <summary>Other contents for a document that is there; its maker and its beginning stay.</summary>
    public void Replace(KnowledgeRecord row) => Run(
        $"""
         update {KnowledgeRecord.Table} set title = $3, text = $4, labels = $5, metadata = $6, thing_id = $7, format = $8, blocks = $9, content_hash = $10,
             version = version + 1, updated_at = $11
         where group_id = $1 and id = $2
         """,
        row.Id, Text(row.Title), Text(row.Text), row.Labels, Json(row.Metadata), Uuid(row.ThingId), Text(row.Format), row.Blocks ?? [],
        Text(row.ContentHash), row.UpdatedAt);

    /// <summary>A row that search finds by its words, and by its vector if it has one.</summary>
    public void AddSearchable(KnowledgeRecord row, float[]? embedding)
    {
        Add(row);
        Run(EntryColumns, EntryValues(row, embedding));
    }

    /// <summary>
    /// Another vector for a row that still has the text it was made of. Its entry gets a new number, so that every copy of the index reads it again.
    /// </summary>
    public void Embed(Guid id, string text, float[]? embedding, string model)
    {
        Run(
            $"""
             update {IndexEntry.Table} set number = default, change = {Change}, embedding = $3, embedding_model = $4
             where group_id = $1 and knowledge_id = $2 and not removed
               and exists (select from {KnowledgeRecord.Table} k where k.group_id = $1 and k.id = $2 and k.text = $5)
             """,
            id, new NpgsqlParameter { Value = embedding is null ? DBNull.Value : StoredVector.Encode(embedding), NpgsqlDbType = NpgsqlDbType.Bytea }, model, text);
        Run(
            $"update {KnowledgeRecord.Table} set embedding_model = $3, embedding_dimensions = $4 where group_id = $1 and id = $2 and text = $5",
            id, model, Integer(embedding?.Length), text);
    }

    /// <summary>Removes rows and what search knows of them. In <paramref name="where"/> $1 is the group.</summary>
    public void Remove(string where, params object[] parameters) => Run(
        $"""
         with gone as (delete from {KnowledgeRecord.Table} where group_id = $1 and {where} returning id)
         update {IndexEntry.Table} e
         set removed = true, change = {Change}, embedding = null, terms = array[]::text[], counts = array[]::smallint[], labels = array[]::text[]
         from gone where e.knowledge_id = gone.id and not e.removed
         """, parameters);

    /// <summary>Any other statement of the transaction, $1 being the group.</summary>
    public NpgsqlBatchCommand Run(string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = _groupId });
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter as NpgsqlParameter ?? new NpgsqlParameter { Value = parameter });
        }

        _batch.BatchCommands.Add(command);
        return command;
    }

    public void Publish(IIntegrationEvent message) => _batch.BatchCommands.Add(OutboxMessage.InsertOf(message));

    /// <summary>Stores the event if the row is there at this point of the transaction; the command tells by its affected rows.</summary>
    public NpgsqlBatchCommand PublishIfThere(Guid id, IIntegrationEvent message)
    {
        var row = OutboxMessage.For(message);
        return Run(
            $"""
             insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts)
             select $3, $4, $5, $6, $7, $7, 0 from {KnowledgeRecord.Table} k where k.group_id = $1 and k.id = $2
             """, id, row.EventId, row.Type, row.Body, Text(row.TraceParent), row.CreatedAt);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        await _batch.ExecuteNonQueryAsync(cancellationToken);
        _outbox.Wake();
    }

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    private static object[] Values(KnowledgeRecord row) =>
    [
        row.Id, row.Type, Text(row.Title), Text(row.Text), row.Labels, Json(row.Metadata), Uuid(row.ThingId), Uuid(row.DocumentId),
        Integer(row.ChunkIndex), Integer(row.StartOffset), Integer(row.EndOffset), Integer(row.TokenCount), Text(row.Section), Text(row.Format),
        new NpgsqlParameter { Value = (object?)row.Blocks ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
        Text(row.ContentHash), Text(row.EmbeddingModel), Integer(row.EmbeddingDimensions), row.FollowsThing, Uuid(row.CreatedBy), row.Version,
        row.CreatedAt, row.UpdatedAt,
    ];

    private static object[] EntryValues(KnowledgeRecord row, float[]? embedding)
    {
        var counts = TermCount.Of(CollectionsMarshal.AsSpan(TextAnalyzer.Terms(row.Text)));
        return
        [
            row.Id, new NpgsqlParameter { Value = embedding is null ? DBNull.Value : StoredVector.Encode(embedding), NpgsqlDbType = NpgsqlDbType.Bytea },
            Text(row.EmbeddingModel), counts.Select(c => c.Text).ToArray(), counts.Select(c => (short)Math.Min(c.Count, short.MaxValue)).ToArray(),
            row.Labels, Uuid(row.DocumentId), Uuid(row.ThingId),
        ];
    }

    internal static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    internal static NpgsqlParameter Json(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Jsonb };

    internal static NpgsqlParameter Uuid(Guid? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    internal static NpgsqlParameter Integer(int? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };
}
