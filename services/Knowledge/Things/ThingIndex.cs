using System.Text.Json;
using Npgsql;
using OnePlatform.Knowledge.Chunking;
using OnePlatform.Knowledge.Documents;
using OnePlatform.Knowledge.Embedding;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Reading;
using OnePlatform.Knowledge.Records;
using OnePlatform.Ontology.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Things;

/// <summary>Keeps the chunks of things as the things are.</summary>
internal sealed partial class ThingIndex(
    NpgsqlDataSource dataSource, TenantScope scope, RecordWriter writer, Chunker chunker, Embedder embedder, Reembedding reembedding,
    IngestionMetrics metrics, TimeProvider clock, ILogger<ThingIndex> logger)
{
    private const string Archived = "archived";

    // Never backwards; and a version that was there already is not an error, for events are delivered more than once.
    private const string KeepState =
        $"""
         insert into {ThingState.Table} (group_id, thing_id, version, content_hash) values ($1, $2, $3, $4)
         on conflict (thing_id) do update set version = excluded.version, content_hash = excluded.content_hash
         where {ThingState.Table}.version < excluded.version
         """;

    public async Task KeepAsync(Guid groupId, IReadOnlyList<ThingSnapshot> things, CancellationToken cancellationToken)
    {
        var known = await StatesAsync(groupId, [.. things.Select(t => t.Id)], cancellationToken);
        var (now, fresh) = (clock.GetUtcNow(), new List<(ThingSnapshot Thing, string? Hash, List<KnowledgeRecord>? Rows)>());
        foreach (var thing in things)
        {
            if (known.TryGetValue(thing.Id, out var state) && state.Version >= thing.Version)
            {
                continue;
            }

            var text = thing.Status == Archived ? null : ThingText.Of(thing);
            var hash = text is null ? null : Chunk.HashOf($"{thing.Type}\n{text}");
            var isSame = hash is not null && hash == state.Hash;
            fresh.Add((thing, hash, text is null ? [] : isSame ? null : RowsOf(thing, text, now)));
        }

        if (fresh.Count == 0)
        {
            return;
        }

        var rows = fresh.SelectMany(f => f.Rows ?? []).ToList();
        var (vectors, model) = await EmbedAsync(rows, cancellationToken);
        await using var batch = writer.Begin(groupId);
        foreach (var (thing, hash, own) in fresh)
        {
            batch.Run(KeepState, thing.Id, thing.Version, RecordBatch.Text(hash));
            if (own is null)
            {
                continue;
            }

            batch.Remove(
                $"thing_id = $2 and follows_thing and exists (select from {ThingState.Table} t where t.thing_id = $2 and t.version = $3)", thing.Id, thing.Version);
            foreach (var row in own)
            {
                batch.AddOfThing(row with { EmbeddingModel = model }, vectors.GetValueOrDefault(row.Id), thing.Version);
            }
        }

        await batch.CommitAsync(cancellationToken);
        metrics.Indexed(rows.Count, "thing");
        if (model == Embedder.Pending)
        {
            reembedding.Wake();
        }
    }

    // Things do not wait for an endpoint that is away: their words are indexed at once, their vectors follow.
    private async Task<(Dictionary<Guid, float[]?> Vectors, string Model)> EmbedAsync(List<KnowledgeRecord> rows, CancellationToken cancellationToken)
    {
        try
        {
            var vectors = await embedder.EmbedAsync([.. rows.Select(r => r.Text!)], cancellationToken);
            return (vectors.Zip(rows).ToDictionary(p => p.Second.Id, p => p.First), embedder.Model);
        }
        catch (EmbeddingException ex)
        {
            LogPending(ex, rows.Count);
            return ([], Embedder.Pending);
        }
    }

    private List<KnowledgeRecord> RowsOf(ThingSnapshot thing, string text, DateTimeOffset now)
    {
        var metadata = JsonSerializer.Serialize(new { ThingType = thing.Type }, ApiJson.Options);
        return [.. chunker.Cut(new ReadDocument(thing.Name, text, PlainTextReader.Paragraphs(text))).Select(chunk => new KnowledgeRecord
        {
            Id = Guid.CreateVersion7(now),
            GroupId = thing.GroupId,
            Type = KnowledgeTypes.Chunk,
            Title = PlainText.Storable(thing.Name),
            Text = chunk.TextOf(text),
            Metadata = metadata,
            ThingId = thing.Id,
            ChunkIndex = chunk.Index,
            StartOffset = chunk.Start,
            EndOffset = chunk.End,
            TokenCount = chunk.TokenCount,
            ContentHash = chunk.Hash,
            FollowsThing = true,
            Version = thing.Version,
            CreatedAt = now,
            UpdatedAt = now,
        })];
    }

    private async Task<Dictionary<Guid, (long Version, string? Hash)>> StatesAsync(Guid groupId, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select thing_id, version, content_hash from {ThingState.Table} where group_id = $1 and thing_id = any ($2)")
        {
            Parameters = { new() { Value = groupId }, new() { Value = ids } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var states = new Dictionary<Guid, (long, string?)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            states[reader.GetGuid(0)] = (reader.GetInt64(1), RecordRow.Text(reader, 2));
        }

        return states;
    }

    [LoggerMessage(LogLevel.Warning, "{Count} texts of things are indexed by their words alone until they can be embedded.")]
    private partial void LogPending(Exception exception, int count);
}
