using System.Net;
using Npgsql;
using OnePlatform.Knowledge.Index;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Qdrant;

/// <summary>
/// Brings Qdrant up to the index entries of PostgreSQL, group by group: before each search what is lacking, and in between by
/// <see cref="FollowIndex"/>. Whatever Qdrant lost, or missed while it was away, is still there to be put in.
/// </summary>
internal sealed class QdrantFeed(NpgsqlDataSource dataSource, QdrantClient qdrant, QdrantCollections collections)
{
    private const int BatchSize = 256;

    // As many collections may turn out to be gone one after the other.
    private const int MostLosses = 16;

    /// <returns>The spaces in which the active ones of these groups have rows, and those groups.</returns>
    public async Task<(IReadOnlyList<QdrantSpace> Spaces, IReadOnlyList<Guid> Groups)> SyncAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        var (spaces, groups) = (new HashSet<string>(StringComparer.Ordinal), new List<Guid>());
        foreach (var (group, isBehind, own) in await StatesAsync(scope, cancellationToken))
        {
            spaces.UnionWith(isBehind ? await FeedAsync(scope, group, cancellationToken) : own);
            groups.Add(group);
        }

        return ([.. spaces.Select(QdrantSpace.Parse)], groups);
    }

    /// <summary>Has everything put in again, for a collection turned out to be gone.</summary>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        collections.Forget();
        await using var batch = dataSource.CreateTenantBatch(Everywhere());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"update {QdrantState.Table} set change = 0 where group_id in (select group_id from {QdrantState.Table} order by group_id for update)"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Groups whose latest changes Qdrant does not have yet.</summary>
    public async Task<IReadOnlyList<Guid>> BehindAsync(CancellationToken cancellationToken)
        => [.. (await StatesAsync(Everywhere(), cancellationToken)).Where(s => s.IsBehind).Select(s => s.Group)];

    private static TenantScope Everywhere()
    {
        var everywhere = new TenantScope();
        everywhere.ActAsSystem();
        return everywhere;
    }

    private async Task<List<(Guid Group, bool IsBehind, string[] Spaces)>> StatesAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             select s.group_id, coalesce(q.change, 0) < s.change, coalesce(q.spaces, array[]::text[])
             from {IndexState.Table} s left join {GroupNode.Table} g on g.id = s.group_id left join {QdrantState.Table} q on q.group_id = s.group_id
             where ($2 or s.group_id = any ($1)) and coalesce(g.status, 'active') = 'active'
             """)
        { Parameters = { new() { Value = scope.Groups.ToArray() }, new() { Value = scope.IsSystem } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var states = new List<(Guid, bool, string[])>();
        while (await reader.ReadAsync(cancellationToken))
        {
            states.Add((reader.GetGuid(0), reader.GetBoolean(1), reader.GetFieldValue<string[]>(2)));
        }

        return states;
    }

    private async Task<string[]> FeedAsync(TenantScope scope, Guid group, CancellationToken cancellationToken)
    {
        for (var left = MostLosses; ; left--)
        {
            try
            {
                return await FeedOnceAsync(scope, group, cancellationToken);
            }
            catch (CollectionMissingException ex) when (left > 0)
            {
                // Only now, for no group's row is held any more: two that wait for each other's would wait for ever.
                await StartAgainAsync(ex.Space, cancellationToken);
                await collections.MakeAsync(ex.Space, cancellationToken);
            }
            catch (HttpRequestException ex) when (left > 0 && ex.StatusCode == HttpStatusCode.NotFound)
            {
                collections.Forget();
            }
        }
    }

    private async Task<string[]> FeedOnceAsync(TenantScope scope, Guid group, CancellationToken cancellationToken)
    {
        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        var connection = transaction.Connection;

        // The row is held until the end: two feeding one group could put an old entry over a newer one.
        var (from, spaces, to) = await LockAsync(connection, group, cancellationToken);
        var entries = await QdrantEntry.ReadAsync(connection, group, from, to, cancellationToken);

        // Asked after the entries were read: removals may be forgotten at any moment before.
        if (from < await ForgottenAsync(connection, group, cancellationToken))
        {
            from = 0;
            entries = await QdrantEntry.ReadAsync(connection, group, from, to, cancellationToken);
        }

        if (from == 0)
        {
            await RemoveAllAsync(group, spaces, cancellationToken);
        }

        foreach (var batch in entries.Where(e => !e.Removed).Chunk(BatchSize))
        {
            foreach (var inSpace in batch.GroupBy(e => e.Space))
            {
                await collections.EnsureAsync(inSpace.Key, cancellationToken);
                var points = new { Points = inSpace.Select(e => e.PointIn(group)).ToArray() };
                await qdrant.SendAsync(HttpMethod.Put, $"collections/{inSpace.Key.Collection}/points?wait=true", points, cancellationToken);
                await RemoveAsync(spaces.Where(s => s != inSpace.Key.Name), [.. inSpace.Select(e => e.Id)], cancellationToken);
                spaces.Add(inSpace.Key.Name);
            }
        }

        foreach (var gone in entries.Where(e => e.Removed && from > 0).Chunk(BatchSize))
        {
            await RemoveAsync(spaces, [.. gone.Select(e => e.Id)], cancellationToken);
        }

        await SaveAsync(connection, group, to, [.. spaces], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return [.. spaces];
    }

    private async Task RemoveAsync(IEnumerable<string> spaces, Guid[] ids, CancellationToken cancellationToken)
    {
        foreach (var space in spaces.Select(QdrantSpace.Parse))
        {
            await qdrant.SendAsync(HttpMethod.Post, $"collections/{space.Collection}/points/delete?wait=true", new { Points = ids }, cancellationToken);
        }
    }

    private async Task RemoveAllAsync(Guid group, IEnumerable<string> spaces, CancellationToken cancellationToken)
    {
        var filter = new { Must = new[] { QdrantPayload.Is(QdrantPayload.Group, group) } };
        foreach (var space in spaces.Select(QdrantSpace.Parse))
        {
            await collections.EnsureAsync(space, cancellationToken);
            await qdrant.SendAsync(HttpMethod.Post, $"collections/{space.Collection}/points/delete?wait=true", new { Filter = filter }, cancellationToken);
        }
    }

    // Whichever groups had rows in a collection that is gone begin again; before it is there anew, so that none can overlook its loss.
    private async Task StartAgainAsync(QdrantSpace space, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(Everywhere());
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"""
             update {QdrantState.Table} set change = 0
             where group_id in (select group_id from {QdrantState.Table} where $1 = any (spaces) order by group_id for update)
             """)
        { Parameters = { new() { Value = space.Name } } });
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long> ForgottenAsync(NpgsqlConnection connection, Guid group, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"select forgotten_up_to from {IndexState.Table} where group_id = $1", connection)
        {
            Parameters = { new() { Value = group } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<(long From, HashSet<string> Spaces, long To)> LockAsync(
        NpgsqlConnection connection, Guid group, CancellationToken cancellationToken)
    {
        await using var insert = new NpgsqlCommand(
            $"insert into {QdrantState.Table} (group_id, change, spaces) values ($1, 0, array[]::text[]) on conflict (group_id) do nothing", connection)
        { Parameters = { new() { Value = group } } };
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await using var select = new NpgsqlCommand(
            $"""
             select q.change, q.spaces, s.change from {QdrantState.Table} q join {IndexState.Table} s on s.group_id = q.group_id
             where q.group_id = $1 for update of q
             """, connection)
        { Parameters = { new() { Value = group } } };
        await using var reader = await select.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetFieldValue<string[]>(1).ToHashSet(StringComparer.Ordinal), reader.GetInt64(2));
    }

    private static async Task SaveAsync(NpgsqlConnection connection, Guid group, long change, string[] spaces, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"update {QdrantState.Table} set change = $2, spaces = $3 where group_id = $1", connection)
        {
            Parameters = { new() { Value = group }, new() { Value = change }, new() { Value = spaces } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
