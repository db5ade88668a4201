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
    private const string KeepStates =
        $"""
         insert into {ThingState.Table} (group_id, thing_id, version, content_hash)
         select $1, s.* from unnest($2::uuid[], $3::bigint[], $4::text[]) as s(thing_id, version, content_hash)
         on conflict (thing_id) do update set version = excluded.version, content_hash = excluded.content_hash
         where {ThingState.Table}.version < excluded.version
         """;

    // Of the things that are now kept at the version given; another delivery may have brought a later one meanwhile.
    private const string OfOlderVersions =
        $"""
         follows_thing and thing_id in (
             select t.thing_id from {ThingState.Table} t
             join unnest($2::uuid[], $3::bigint[]) as own(thing_id, version) on t.thing_id = own.thing_id and t.version = own.version)
         """;

    public async Task KeepAsync(Guid groupId, IReadOnlyList<ThingSnapshot> things, CancellationToken cancellationToken)
    {
        var known = await StatesAsync([.. things.Select(t => t.Id)], cancellationToken);
        var (now, fresh) = (clock.GetUtcNow(), new List<Fresh>());
        foreach (var thing in things)
        {
            if (known.TryGetValue(thing.Id, out var state) && state.Version >= thing.Version)
            {
                continue;
            }

            var text = thing.Status == Archived ? null : ThingText.Of(thing);
            var hash = text is null ? null : Chunk.HashOf($"{thing.Type}\n{text}");
            var isSame = hash is not null && hash == state.Hash;
            fresh.Add(new Fresh(thing, hash, text is null ? [] : isSame ? null : RowsOf(thing, text, now)));
        }

        if (fresh.Count == 0)
        {
            return;
        }

        var rows = fresh.SelectMany(f => f.Rows ?? []).ToList();
        var (vectors, model) = await EmbedAsync(rows, cancellationToken);
        await using var batch = writer.Begin(groupId);
        batch.Run(KeepStates, IdsOf(fresh), VersionsOf(fresh), fresh.Select(f => f.Hash).ToArray());
        var changed = fresh.FindAll(f => f.Rows is not null);
        batch.Remove(OfOlderVersions, IdsOf(changed), VersionsOf(changed));
        batch.AddOfThings(rows.ConvertAll(r => r with { EmbeddingModel = model }), vectors);
        await batch.CommitAsync(cancellationToken);
        metrics.Indexed(rows.Count, "thing");
        if (model == Embedder.Pending)
        {
            reembedding.Wake();
        }
    }

    // Things do not wait for an endpoint that is away: their words are indexed at once, their vectors follow.
    private async Task<(IReadOnlyList<float[]?> Vectors, string Model)> EmbedAsync(List<KnowledgeRecord> rows, CancellationToken cancellationToken)
    {
        try
        {
            return (await embedder.EmbedAsync([.. rows.Select(r => r.Text!)], cancellationToken), embedder.Model);
        }
        catch (EmbeddingException ex)
        {
            LogPending(ex, rows.Count);
            return (new float[]?[rows.Count], Embedder.Pending);
        }
    }

    private static Guid[] IdsOf(List<Fresh> fresh) => [.. fresh.Select(f => f.Thing.Id)];

    private static long[] VersionsOf(List<Fresh> fresh) => [.. fresh.Select(f => f.Thing.Version)];

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

    private async Task<Dictionary<Guid, (long Version, string? Hash)>> StatesAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select thing_id, version, content_hash from {ThingState.Table} where thing_id = any ($1)")
        { Parameters = { new() { Value = ids } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var states = new Dictionary<Guid, (long, string?)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            states[reader.GetGuid(0)] = (reader.GetInt64(1), RecordRow.Text(reader, 2));
        }

        return states;
    }

    /// <param name="Hash">Of the text; null while the thing is archived.</param>
    /// <param name="Rows">Null when the text is the same as before.</param>
    private sealed record Fresh(ThingSnapshot Thing, string? Hash, List<KnowledgeRecord>? Rows);

    [LoggerMessage(LogLevel.Warning, "{Count} texts of things are indexed by their words alone until they can be embedded.")]
    private partial void LogPending(Exception exception, int count);
}
