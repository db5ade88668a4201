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
    public async Task<long[]> NumbersAsync(Guid groupId, ListPlan filter, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            $"""
             select coalesce(array_agg(e.number), array[]::bigint[])
             from {KnowledgeRecord.Table} k join {IndexEntry.Table} e on e.knowledge_id = k.id and not e.removed
             where k.group_id = @group and {filter.Filter}
             """)
        { Parameters = { new NpgsqlParameter("group", groupId) } };
        foreach (var (name, value) in filter.Parameters)
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        return await NumbersAsync(command, cancellationToken);
    }

    private async Task<long[]> NumbersAsync(NpgsqlBatchCommand command, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetFieldValue<long[]>(0);
    }

    /// <summary>Rows that were linked to a thing, and the chunks of documents that were.</summary>
    public async Task<long[]> NumbersLinkedAsync(Guid groupId, Guid thing, CancellationToken cancellationToken)
        => await NumbersAsync(
            new NpgsqlBatchCommand(
                $"""
                 select coalesce(array_agg(distinct e.number), array[]::bigint[])
                 from {ThingLink.Table} l join {IndexEntry.Table} e on (e.knowledge_id = l.knowledge_id or e.document_id = l.knowledge_id) and not e.removed
                 where l.group_id = $1 and e.group_id = $1 and l.thing_id = $2
                 """)
            { Parameters = { new() { Value = groupId }, new() { Value = thing } } }, cancellationToken);

    /// <summary>The best rows as results, but for those of one document; neighbouring chunks of a document are joined.</summary>
    public async Task<IReadOnlyList<SearchResult>> ShowAsync(
        string query, IReadOnlyList<RankedRow> ranked, int limit, bool explain, CancellationToken cancellationToken, Guid? without = null)
    {
        if (ranked.Count == 0)
        {
            return [];
        }

        var rows = await ReadAsync([.. ranked.Select(r => r.Id)], cancellationToken);
        var byId = ranked.ToDictionary(r => r.Id);
        var passages = Passages.Merge(
            ranked.Where(r => rows.TryGetValue(r.Id, out var row) && (without is null || (row.DocumentId ?? row.Id) != without)).Select(r => PassageOf(rows[r.Id], r.Score)), limit);
        return [.. passages.Select(p => ResultOf(rows[p.Chunks[0]], p, byId[p.Chunks[0]], query, explain))];
    }

    private async Task<Dictionary<Guid, KnowledgeResponse>> ReadAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select {RecordRow.Columns} from {KnowledgeRecord.Table} k where k.id = any ($1) and k.group_id = any ($2)")
        {
            Parameters = { new() { Value = ids }, new() { Value = scope.Groups.ToArray() } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var rows = new Dictionary<Guid, KnowledgeResponse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = RecordRow.Read(reader);
            rows[row.Id] = row;
        }

        return rows;
    }

    // Rows without a document have no neighbours: their own id keeps them apart.
    private static Passage PassageOf(KnowledgeResponse row, double score)
    {
        var text = row.Text ?? "";
        var start = row.Start ?? 0;
        return new Passage(row.DocumentId ?? row.Id, start, start + text.Length, text, score, [row.Id]);
    }

    private static SearchResult ResultOf(KnowledgeResponse row, Passage passage, RankedRow rank, string query, bool explain) => new(
        row.Id, row.GroupId, row.Type, row.Title, passage.Text, Math.Round(passage.Score, 6), row.DocumentId, row.ThingId, row.ChunkIndex, passage.Start, passage.End,
        [.. Highlights.Find(query, passage.Text).Select(h => new TextHighlight(h.Start, h.End, passage.Text[h.Start..h.End]))],
        row.Labels, row.Metadata, passage.Chunks.Count > 1 ? passage.Chunks : null,
        explain ? new SearchExplanation(rank.VectorRank, rank.VectorScore, rank.KeywordRank, rank.KeywordScore, rank.Fused) : null);
}
