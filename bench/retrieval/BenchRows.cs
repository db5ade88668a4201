using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Knowledge.Analysis;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Index;

namespace OnePlatform.Bench.Retrieval;

/// <summary>Rows of chunks, put into the tables as the service would have.</summary>
internal sealed class BenchRows
{
    /// <summary>How many rows of a thousand carry each label.</summary>
    public static readonly int[] Shares = [500, 100, 10, 1];

    private BenchRows(Guid[] ids, float[][] vectors) => (Ids, Vectors) = (ids, vectors);

    public Guid[] Ids { get; }

    public float[][] Vectors { get; }

    /// <summary>Labels and metadata of a row: it is in the first 50, 10, 1 and 0.1 % by its number.</summary>
    public static bool IsIn(int row, int perMille) => (long)row * 7919 % 1000 < perMille;

    public static async Task<BenchRows> FillAsync(BenchService service, Cranfield collection, int count)
    {
        var (ids, vectors, texts) = (new Guid[count], new float[count][], new string[count]);
        await using var source = NpgsqlDataSource.Create(service.Database);
        await using var connection = await source.OpenConnectionAsync();
        await ExecuteAsync(connection, $"insert into index_state (group_id, change, forgotten_up_to) values ('{service.Group}', 1, 0)");
        await using (var writer = await connection.BeginBinaryImportAsync(
            "copy knowledge (id, group_id, type, text, labels, metadata, embedding_model, embedding_dimensions, follows_thing, version, created_at, updated_at) from stdin (format binary)"))
        {
            for (var row = 0; row < count; row++)
            {
                (ids[row], texts[row]) = (Guid.CreateVersion7(), collection.ChunkOf(row));
                await writer.StartRowAsync();
                await writer.WriteAsync(ids[row]);
                await writer.WriteAsync(service.Group);
                await writer.WriteAsync("chunk");
                await writer.WriteAsync(texts[row]);
                await writer.WriteAsync(LabelsOf(row), NpgsqlDbType.Array | NpgsqlDbType.Text);
                await writer.WriteAsync($$"""{"share": {{(long)row * 7919 % 1000}}, "source": "bench"}""", NpgsqlDbType.Jsonb);
                await writer.WriteAsync(LocalEmbedding.Model);
                await writer.WriteAsync(LocalEmbedding.Dimensions);
                await writer.WriteAsync(false);
                await writer.WriteAsync(1L);
                await writer.WriteAsync(DateTimeOffset.UnixEpoch);
                await writer.WriteAsync(DateTimeOffset.UnixEpoch);
            }

            await writer.CompleteAsync();
        }

        await using (var writer = await connection.BeginBinaryImportAsync(
            "copy index_entries (group_id, knowledge_id, change, removed, embedding, embedding_model, terms, counts, labels) from stdin (format binary)"))
        {
            for (var row = 0; row < count; row++)
            {
                var terms = CollectionsMarshal.AsSpan(TextAnalyzer.Terms(texts[row]));
                vectors[row] = LocalEmbedding.Embed(terms);
                var counts = TermCount.Of(terms);
                await writer.StartRowAsync();
                await writer.WriteAsync(service.Group);
                await writer.WriteAsync(ids[row]);
                await writer.WriteAsync(1L);
                await writer.WriteAsync(false);
                await writer.WriteAsync(StoredVector.Encode(vectors[row]));
                await writer.WriteAsync(LocalEmbedding.Model);
                await writer.WriteAsync(counts.Select(c => c.Text).ToArray());
                await writer.WriteAsync(counts.Select(c => (short)c.Count).ToArray());
                await writer.WriteAsync(LabelsOf(row), NpgsqlDbType.Array | NpgsqlDbType.Text);
            }

            await writer.CompleteAsync();
        }

        await ExecuteAsync(connection, "vacuum analyze knowledge, index_entries");

        // Or the server writes all this out while searches are timed.
        await ExecuteAsync(connection, "checkpoint");
        return new BenchRows(ids, vectors);
    }

    private static string[] LabelsOf(int row) => [.. Shares.Where(share => IsIn(row, share)).Select(share => $"share:{share}")];

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        await command.ExecuteNonQueryAsync();
    }
}
