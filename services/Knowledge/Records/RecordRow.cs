using System.Data.Common;
using System.Text.Json;

namespace OnePlatform.Knowledge.Records;

/// <summary>How a row of knowledge is read.</summary>
internal static class RecordRow
{
    public const string Columns =
        "k.id, k.group_id, k.type, k.title, k.text, " + Rest;

    /// <summary>The text of a document can be long, and a list has many.</summary>
    public const string ListColumns =
        "k.id, k.group_id, k.type, k.title, case when k.type <> 'document' then k.text end, " + Rest;

    private const string Rest =
        "k.labels, k.metadata, k.thing_id, k.document_id, k.chunk_index, k.start_offset, k.end_offset, k.token_count, k.section, k.format, "
        + "k.embedding_model, k.embedding_dimensions, k.created_by, k.version, k.created_at, k.updated_at";

    public static KnowledgeResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetString(2), Text(row, 3), Text(row, 4), row.GetFieldValue<string[]>(5), JsonElement.Parse(row.GetString(6)),
        Uuid(row, 7), Uuid(row, 8), Integer(row, 9), Integer(row, 10), Integer(row, 11), Integer(row, 12), Text(row, 13), Text(row, 14),
        Text(row, 15), Integer(row, 16), Uuid(row, 17), row.GetInt64(18), row.GetFieldValue<DateTimeOffset>(19), row.GetFieldValue<DateTimeOffset>(20));

    public static string? Text(DbDataReader row, int at) => row.IsDBNull(at) ? null : row.GetString(at);

    public static Guid? Uuid(DbDataReader row, int at) => row.IsDBNull(at) ? null : row.GetGuid(at);

    public static int? Integer(DbDataReader row, int at) => row.IsDBNull(at) ? null : row.GetInt32(at);
}
