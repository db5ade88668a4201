using Npgsql;
using OnePlatform.Knowledge.Index;
using OnePlatform.Knowledge.Links;
using OnePlatform.Knowledge.Records;
using OnePlatform.Knowledge.Search;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Searching;

/// <summary>What a search reads of the table itself: the rows a filter lets through, and the rows it shows.</summary>
internal sealed class SearchRows(NpgsqlDataSource dataSource, TenantScope scope)
{
    // Neighbouring chunks are joined, so a few rows more than results are read at first; the rest only when that was not enough.
    private const int ReadAhead = 4;

    /// <summary>The rows of a group that a filter lets through, and the change of its index at which that is so.</summary>
    public async Task<(long Change, Guid[] Ids)> IdsAsync(Guid groupId, ListPlan filter, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
             select coalesce((select s.change from {IndexState.Table} s where s.group_id = @group), 0), coalesce(array_agg(k.id), array[]::uuid[])
             from {KnowledgeRecord.Table} k where k.group_id = @group and {filter.Filter}
             """)
        { Parameters = { new NpgsqlParameter("group", groupId) } };
        foreach (var (name, value) in filter.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetFieldValue<Guid[]>(1));
    }

    /// <summary>Rows, documents among them, that were linked to a thing.</summary>
    public async Task<Guid[]> LinkedAsync(IReadOnlyList<Guid> groups, Guid thing, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select coalesce(array_agg(distinct l.knowledge_id), array[]::uuid[]) from {ThingLink.Table} l where l.group_id = any ($1) and l.thing_id = $2")
        {
            Parameters = { new() { Value = groups.ToArray() }, new() { Value = thing } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<Guid[]>(0);
    }

    /// <summary>The best rows as results, but for those of one document; neighbouring chunks of a document are joined.</summary>
    public async Task<IReadOnlyList<SearchResult>> ShowAsync(
        string query, IReadOnlyList<RankedRow> ranked, int limit, bool explain, CancellationToken cancellationToken, Guid? without = null)
    {
        var rows = new Dictionary<Guid, KnowledgeResponse>();
        List<Passage> passages = [];
        for (var read = 0; read < ranked.Count && passages.Count < limit;)
        {
            var next = Math.Min(ranked.Count, Math.Max(2 * read, limit + ReadAhead));
            await ReadAsync([.. ranked.Take(read..next).Select(r => r.Id)], rows, cancellationToken);
            read = next;
            passages = Passages.Merge(
                ranked.Take(read).Where(r => rows.TryGetValue(r.Id, out var row) && (without is null || (row.DocumentId ?? row.Id) != without))
                    .Select(r => PassageOf(rows[r.Id], r.Score)), limit);
        }

        var (byId, highlights) = (ranked.ToDictionary(r => r.Id), new Highlights(query));
        return [.. passages.Select(p => ResultOf(rows[p.Chunks[0]], p, byId[p.Chunks[0]], highlights, explain))];
    }

    private async Task ReadAsync(Guid[] ids, Dictionary<Guid, KnowledgeResponse> rows, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select {RecordRow.Columns} from {KnowledgeRecord.Table} k where k.id = any ($1) and k.group_id = any ($2)")
        {
            Parameters = { new() { Value = ids }, new() { Value = scope.Groups.ToArray() } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = RecordRow.Read(reader);
            rows[row.Id] = row;
        }
    }

    // Rows without a document have no neighbours: their own id keeps them apart.
    private static Passage PassageOf(KnowledgeResponse row, double score)
    {
        var text = row.Text ?? "";
        var start = row.Start ?? 0;
        return new Passage(row.DocumentId ?? row.Id, start, start + text.Length, text, score, [row.Id]);
    }

    private static SearchResult ResultOf(KnowledgeResponse row, Passage passage, RankedRow rank, Highlights highlights, bool explain) => new(
        row.Id, row.GroupId, row.Type, row.Title, passage.Text, Math.Round(passage.Score, 6), row.DocumentId, row.ThingId, row.ChunkIndex, passage.Start, passage.End,
        [.. highlights.Find(passage.Text).Select(h => new TextHighlight(h.Start, h.End, passage.Text[h.Start..h.End]))],
        row.Labels, row.Metadata, passage.Chunks.Count > 1 ? passage.Chunks : null,
        explain ? new SearchExplanation(rank.VectorRank, rank.VectorScore, rank.KeywordRank, rank.KeywordScore, rank.Fused) : null);
}
