using Npgsql;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Index;

/// <summary>
/// Hands out indexes that are as new as the database: one small query tells how far each group has come, and what a copy lacks is
/// read before it is searched. So an answer never misses what was committed before the question, by whichever instance.
/// </summary>
internal sealed class IndexReader(NpgsqlDataSource dataSource, TenantScope scope, GroupIndexes indexes)
{
    private const int AtOnce = 512;

    /// <summary>
    /// The indexes of those groups that have one and are not archived, always in the same order: who holds the gates of several takes them
    /// in this order, so that two searches and two writers never wait for each other in a circle.
    /// </summary>
    public async Task<IReadOnlyList<(Guid Group, GroupIndex Index)>> OpenAsync(IReadOnlyList<Guid> groups, CancellationToken cancellationToken)
    {
        var open = new List<(Guid, GroupIndex)>();
        foreach (var (group, change, forgotten) in await StatesAsync(groups, cancellationToken))
        {
            open.Add((group, await OpenAsync(group, change, forgotten, cancellationToken)));
        }

        return open;
    }

    private async Task<GroupIndex> OpenAsync(Guid group, long change, long forgotten, CancellationToken cancellationToken)
    {
        var slot = indexes.Of(group);
        if (slot.Index is { } known && known.Change >= change)
        {
            return known;
        }

        await slot.Loading.WaitAsync(cancellationToken);
        try
        {
            var index = slot.Index;
            if (index is not null && index.Change >= change)
            {
                return index;
            }

            if (index is null || index.Change < forgotten || index.IsWorn)
            {
                index = new GroupIndex();
            }

            if (!await CatchUpAsync(group, index, change, cancellationToken))
            {
                index = new GroupIndex();
                await CatchUpAsync(group, index, change, cancellationToken);
            }

            slot.Index = index;
            indexes.MakeRoom(slot);
            return index;
        }
        finally
        {
            slot.Loading.Release();
        }
    }

    private async Task<List<(Guid Group, long Change, long Forgotten)>> StatesAsync(IReadOnlyList<Guid> groups, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select s.group_id, s.change, s.forgotten_up_to from {IndexState.Table} s left join {GroupNode.Table} g on g.id = s.group_id
             where s.group_id = any ($1) and coalesce(g.status, 'active') = 'active' order by s.group_id
             """)
        { Parameters = { new() { Value = groups.ToArray() } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var states = new List<(Guid, long, long)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add((reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return states;
    }

    /// <returns>False when removals that the copy lacks were forgotten meanwhile: it is left as it was, for a new one to take its place.</returns>
    private async Task<bool> CatchUpAsync(Guid group, GroupIndex index, long change, CancellationToken cancellationToken)
    {
        // A copy that begins needs no removals.
        var alive = index.Change == 0 ? " and not removed" : "";
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select number, knowledge_id, change, removed, embedding_model, embedding, terms, counts, labels, document_id, thing_id
             from {IndexEntry.Table} where group_id = $1 and change > $2{alive} order by number
             """)
        { Parameters = { new() { Value = group }, new() { Value = index.Change } } });

        // Asked after the entries were read: removals may be forgotten at any moment before.
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select forgotten_up_to from {IndexState.Table} where group_id = $1")
        {
            Parameters = { new() { Value = group } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var (entries, newest) = (new List<LoadedEntry>(), change);
        while (await reader.ReadAsync(cancellationToken))
        {
            var entry = new LoadedEntry(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetInt64(2), reader.GetBoolean(3), RecordRow.Text(reader, 4),
                reader.IsDBNull(5) ? null : StoredVector.Decode(reader.GetFieldValue<byte[]>(5)), reader.GetFieldValue<string[]>(6),
                reader.GetFieldValue<short[]>(7), reader.GetFieldValue<string[]>(8), RecordRow.Uuid(reader, 9), RecordRow.Uuid(reader, 10));
            newest = Math.Max(newest, entry.Change);
            entries.Add(entry);

            // Nobody reads a copy that begins, so its entries need not be held until all are there.
            if (index.Change == 0 && entries.Count == AtOnce)
            {
                index.Begin(entries);
                entries.Clear();
            }
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (index.Change > 0 && index.Change < reader.GetInt64(0))
        {
            return false;
        }

        index.Gate.EnterWriteLock();
        try
        {
            index.CatchUp(entries, newest);
        }
        finally
        {
            index.Gate.ExitWriteLock();
        }

        return true;
    }
}
