using Npgsql;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Records;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>An index entry on its way to Qdrant.</summary>
internal sealed record QdrantEntry(
    Guid Id, bool Removed, QdrantSpace Space, float[]? Vector, string[] Terms, short[] Counts, string[] Labels, Guid? DocumentId, Guid? ThingId)
{
    public object PointIn(Guid group) => new
    {
        Id,
        Vector = Vector is null
            ? new Dictionary<string, object> { [QdrantCollections.Words] = QdrantWords.OfRow(Terms, Counts) }
            : new Dictionary<string, object> { [QdrantCollections.Dense] = Vector, [QdrantCollections.Words] = QdrantWords.OfRow(Terms, Counts) },
        Payload = new { Group = group, Labels, Thing = ThingId, Document = DocumentId, Terms },
    };

    /// <summary>What changed after <paramref name="from"/>, up to <paramref name="to"/>.</summary>
    public static async Task<List<QdrantEntry>> ReadAsync(NpgsqlConnection connection, Guid group, long from, long to, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"""
             select knowledge_id, removed, embedding_model, embedding, terms, counts, labels, document_id, thing_id
             from {IndexEntry.Table} where group_id = $1 and change > $2 and change <= $3 order by number
             """, connection)
        { Parameters = { new() { Value = group }, new() { Value = from }, new() { Value = to } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<QdrantEntry>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var vector = await reader.IsDBNullAsync(3, cancellationToken) ? null : StoredVector.Decode(reader.GetFieldValue<byte[]>(3));
            entries.Add(new QdrantEntry(
                reader.GetGuid(0), reader.GetBoolean(1), QdrantSpace.Of(RecordRow.Text(reader, 2), vector?.Length ?? 0), vector,
                reader.GetFieldValue<string[]>(4), reader.GetFieldValue<short[]>(5), reader.GetFieldValue<string[]>(6), RecordRow.Uuid(reader, 7),
                RecordRow.Uuid(reader, 8)));
        }

        return entries;
    }
}
