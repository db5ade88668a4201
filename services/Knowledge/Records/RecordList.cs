using Npgsql;
using OnePlatform.Knowledge.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Records;

/// <summary>The list of knowledge, and the fields its filter and that of a search can name.</summary>
internal sealed class RecordList(KnowledgeDb db, NpgsqlDataSource dataSource, CursorSigner cursors)
{
    public static readonly ListDefinition Definition = new("knowledge.records", new FieldMap(
        Field.Id("k.id"),
        Field.Uuid("groupId", "k.group_id"),
        Field.Enum("type", "k.type", KnowledgeTypes.All),
        Field.String("title", "k.title").Sortable().Searched(),
        Field.Text("text", "k.text"),
        Field.StringArray("labels", "k.labels"),
        Field.Json("metadata", "k.metadata"),
        Field.Uuid("thingId", "k.thing_id"),
        Field.Uuid("documentId", "k.document_id"),
        Field.Integer("chunkIndex", "k.chunk_index").Sortable(),
        Field.Integer("start", "k.start_offset"),
        Field.Integer("end", "k.end_offset"),
        Field.Integer("tokenCount", "k.token_count"),
        Field.String("section", "k.section"),
        Field.String("format", "k.format"),
        Field.String("embeddingModel", "k.embedding_model"),
        Field.Integer("embeddingDimensions", "k.embedding_dimensions"),
        Field.Uuid("createdBy", "k.created_by"),
        Field.Integer("version", "k.version"),
        Field.Timestamp("createdAt", "k.created_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "k.updated_at").Sortable().Required()))
    {
        Parameters =
        [
            ListParameter.AnyOf("type"), ListParameter.AnyOf("label", "labels"), ListParameter.AnyOf("thingId"), ListParameter.AnyOf("documentId"),
        ],
    };

    public async Task<(ListOk<KnowledgeResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        if (!Definition.TryPlan(query, groupId, cursors, out var plan, out var errors))
        {
            return (null, errors);
        }

        if (query.Scope == ListScope.Subtree)
        {
            await db.WidenToSubtreeAsync(cancellationToken);
        }

        const string Rows = $"{KnowledgeRecord.Table} k where k.group_id = any (@groups)";
        await using var transaction = await dataSource.BeginTenantTransactionAsync(db.Scope, cancellationToken);
        await using var counting = Command(transaction.Connection);
        var total = await plan.CountAsync(counting, Rows, cancellationToken);
        await using var command = Command(transaction.Connection);
        command.CommandText = $"select {RecordRow.ListColumns}, {plan.KeyColumns} from {Rows} and {plan.Where} order by {plan.OrderBy} limit {plan.FetchLimit}";
        plan.AddParametersTo(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return (new ListOk<KnowledgeResponse>(await plan.ReadPageAsync(reader, RecordRow.Read, cancellationToken, total), plan.Fields), []);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection)
        => new(null, connection) { Parameters = { new NpgsqlParameter("groups", db.Scope.Groups.ToArray()) } };
}
