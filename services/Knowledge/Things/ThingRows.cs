using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Records;

namespace OnePlatform.Knowledge.Things;

/// <summary>
/// Adds the rows of many things in two statements, each row only if its thing is known at its version at this point of the transaction.
/// They come from events, so there are many of them when there is little time.
/// </summary>
internal static class ThingRows
{
    private const string AtItsVersion = $"where exists (select from {ThingState.Table} t where t.thing_id = r.thing_id and t.version = r.version)";

    private const string Records =
        $"""
         insert into {KnowledgeRecord.Table} (group_id, id, type, title, text, labels, metadata, thing_id, chunk_index, start_offset, end_offset,
             token_count, content_hash, embedding_model, follows_thing, version, created_at, updated_at)
         select $1, r.id, r.type, r.title, r.text, array[]::text[], r.metadata, r.thing_id, r.chunk_index, r.start_offset, r.end_offset,
             r.token_count, r.content_hash, r.embedding_model, true, r.version, r.at, r.at
         from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::uuid[], $8::int[], $9::int[], $10::int[], $11::int[], $12::text[],
             $13::text[], $14::bigint[], $15::timestamptz[])
             as r(id, type, title, text, metadata, thing_id, chunk_index, start_offset, end_offset, token_count, content_hash, embedding_model, version, at)
         {AtItsVersion}
         """;

    // An array of arrays would have to be a rectangle; terms are words, so they go as texts with a space between.
    private const string Entries =
        $"""
         insert into {IndexEntry.Table} (group_id, knowledge_id, change, removed, embedding, embedding_model, terms, counts, labels, thing_id)
         select $1, r.id, {RecordBatch.Change}, false, r.embedding, r.embedding_model, string_to_array(r.terms, ' '), string_to_array(r.counts, ' ')::smallint[],
             array[]::text[], r.thing_id
         from unnest($2::uuid[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::bigint[])
             as r(id, embedding, embedding_model, terms, counts, thing_id, version)
         {AtItsVersion}
         """;

    /// <param name="batch">The transaction.</param>
    /// <param name="rows">Chunks of things of the batch's group.</param>
    /// <param name="embeddings">Of each row, in the same order.</param>
    public static void AddOfThings(this RecordBatch batch, List<KnowledgeRecord> rows, IReadOnlyList<float[]?> embeddings)
    {
        var versions = rows.ConvertAll(r => r.Version).ToArray();
        batch.Run(
            Records, Ids(rows), Texts(rows, r => r.Type), Texts(rows, r => r.Title), Texts(rows, r => r.Text), Column(rows, r => r.Metadata, NpgsqlDbType.Jsonb),
            Things(rows), Numbers(rows, r => r.ChunkIndex), Numbers(rows, r => r.StartOffset), Numbers(rows, r => r.EndOffset), Numbers(rows, r => r.TokenCount),
            Texts(rows, r => r.ContentHash), Texts(rows, r => r.EmbeddingModel), versions, rows.ConvertAll(r => r.CreatedAt).ToArray());

        var words = rows.ConvertAll(r => TermCount.Of(CollectionsMarshal.AsSpan(TextAnalyzer.Terms(r.Text))));
        var vectors = embeddings.Select(e => e is null ? null : StoredVector.Encode(e)).ToArray();
        batch.Run(
            Entries, Ids(rows), new NpgsqlParameter { Value = vectors, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            Texts(rows, r => r.EmbeddingModel), words.ConvertAll(w => string.Join(' ', w.Select(t => t.Text))).ToArray(),
            words.ConvertAll(w => string.Join(' ', w.Select(t => Math.Min(t.Count, short.MaxValue)))).ToArray(),
            Things(rows), versions);
    }

    private static Guid[] Ids(List<KnowledgeRecord> rows) => [.. rows.Select(r => r.Id)];

    private static NpgsqlParameter Things(List<KnowledgeRecord> rows) => Column(rows, r => r.ThingId, NpgsqlDbType.Uuid);

    private static NpgsqlParameter Texts(List<KnowledgeRecord> rows, Func<KnowledgeRecord, string?> read) => Column(rows, read, NpgsqlDbType.Text);

    private static NpgsqlParameter Numbers(List<KnowledgeRecord> rows, Func<KnowledgeRecord, int?> read) => Column(rows, read, NpgsqlDbType.Integer);

    private static NpgsqlParameter Column<T>(List<KnowledgeRecord> rows, Func<KnowledgeRecord, T> read, NpgsqlDbType type)
        => new() { Value = rows.Select(read).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
