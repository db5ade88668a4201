using System.Text.Json.Nodes;
using Npgsql;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Querying.Tests;

/// <summary>A row with a column of every kind, and the list over its table.</summary>
internal sealed record TestRow(
    Guid Id, string? Name, string? Note, double? Price, long? Stock, bool? Active, DateTimeOffset? CreatedAt,
    string? Status, Guid? Owner, string[]? Labels, string? Properties)
{
    public static readonly FieldMap Fields = new(
        Field.Id("t.id"),
        Field.String("name", "t.name").Sortable().Searched(),
        Field.Text("note", "t.note"),
        Field.Number("price", "t.price").Sortable(),
        Field.Integer("stock", "t.stock").Sortable(),
        Field.Boolean("active", "t.active").Sortable(),
        Field.Timestamp("createdAt", "t.created_at").Sortable().Indexed(),
        Field.Timestamp("insertedAt", "t.inserted_at").Sortable().Required(),
        Field.Enum("status", "t.status", "draft", "active", "closed").Sortable(),
        Field.Uuid("owner", "t.owner").Sortable().Indexed(),
        Field.StringArray("labels", "t.labels"),
        Field.Json("properties", "t.properties").Sortable().Indexed(),
        Field.Shown("warnings"));

    public static readonly ListDefinition List = new("tests.rows", Fields)
    {
        DefaultSort = "-createdAt",
        Parameters =
        [
            ListParameter.AnyOf("status"),
            ListParameter.AnyOf("label", "labels"),
            ListParameter.AnyOf("owner"),
            ListParameter.From("createdSince", "createdAt"),
            ListParameter.Before("createdUntil", "createdAt"),
            ListParameter.Own("q"),
        ],
    };

    public JsonNode? Json { get; } = Properties is null ? null : JsonNode.Parse(Properties);

    public static async Task CreateTable(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand(
            """
            create table rows (
                id uuid primary key, name text, note text, price double precision, stock bigint, active boolean, created_at timestamptz,
                inserted_at timestamptz not null, status text, owner uuid, labels text[], properties jsonb)
            """);
        await command.ExecuteNonQueryAsync();
    }

    public static async Task Replace(NpgsqlDataSource database, IEnumerable<TestRow> rows)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("truncate rows"));
        foreach (var row in rows)
        {
            var insert = new NpgsqlBatchCommand(
                "insert into rows values ($1, $2, $3, $4, $5, $6, $7, coalesce($7, timestamptz '2020-01-01Z'), $8, $9, $10, $11::jsonb)");
            foreach (var (value, type) in new (object?, NpgsqlTypes.NpgsqlDbType)[]
            {
                (row.Id, NpgsqlTypes.NpgsqlDbType.Uuid), (row.Name, NpgsqlTypes.NpgsqlDbType.Text), (row.Note, NpgsqlTypes.NpgsqlDbType.Text),
                (row.Price, NpgsqlTypes.NpgsqlDbType.Double), (row.Stock, NpgsqlTypes.NpgsqlDbType.Bigint),
                (row.Active, NpgsqlTypes.NpgsqlDbType.Boolean), (row.CreatedAt, NpgsqlTypes.NpgsqlDbType.TimestampTz),
                (row.Status, NpgsqlTypes.NpgsqlDbType.Text), (row.Owner, NpgsqlTypes.NpgsqlDbType.Uuid),
                (row.Labels, NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text), (row.Properties, NpgsqlTypes.NpgsqlDbType.Text),
            })
            {
                insert.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });
            }

            batch.BatchCommands.Add(insert);
        }

        await batch.ExecuteNonQueryAsync();
    }
}
