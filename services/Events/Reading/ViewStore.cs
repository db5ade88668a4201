using Npgsql;
using NpgsqlTypes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

/// <summary>
/// Figures out of the counts that are kept beside the log (<see cref="CountSql"/>), so that counting months of millions of events reads
/// some thousand rows.
/// </summary>
internal sealed class ViewStore(NpgsqlDataSource dataSource, TenantScope scope)
{
    private const int MostActors = 10;

    private const string Newest =
        $"""
        select e.* from ({CountSql.Range}) r, unnest(@groups) g(id) cross join lateral (
            select {EventRow.Columns} from events e
            where e.group_id = g.id and e.occurred_at >= r.low and e.occurred_at < r.high and (@types is null or e.type = any (@types))
            order by e.occurred_at desc, e.id desc limit @limit) e
        order by e.occurred_at desc, e.id desc limit @limit
        """;

    private const string Actors =
        """
        select e.actor_id, e.actor_kind, count(*) from events e
        where e.group_id = any (@groups) and e.occurred_at >= @from and e.occurred_at < @to and e.actor_id is not null
          and (@types is null or e.type = any (@types))
        group by 1, 2 order by 3 desc, 1 limit @limit
        """;

    public async Task<TimelineResponse> TimelineAsync(ViewQuery query, CancellationToken cancellationToken)
    {
        await using var batch = Batch(query, query.Limit, CountSql.Range, CountSql.PerBucket, Newest);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (low, high) = (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(cancellationToken);

        var counts = new List<(DateTimeOffset Start, string Type, long Count)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            counts.Add((reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1), reader.GetInt64(2)));
        }

        await reader.NextResultAsync(cancellationToken);
        var newest = new List<EventResponse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            newest.Add(EventRow.Read(reader));
        }

        var buckets = counts.GroupBy(c => c.Start)
            .Select(b => new TimelineBucket(b.Key, b.Sum(c => c.Count), b.ToDictionary(c => c.Type, c => c.Count, StringComparer.Ordinal)));
        return new TimelineResponse(query.Bucket, query.Timezone, low, high, counts.Sum(c => c.Count), [.. buckets], newest);
    }

    public async Task<StatsResponse> StatsAsync(ViewQuery query, CancellationToken cancellationToken)
    {
        await using var batch = Batch(
            query, MostActors, CountSql.Range, CountSql.InAll, Actors, "select coalesce(max(last), 0) from group_positions where group_id = @group");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (low, high) = (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(cancellationToken);

        var byType = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            byType.Add(reader.GetString(1), reader.GetInt64(2));
        }

        await reader.NextResultAsync(cancellationToken);
        var actors = new List<ActorCount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            actors.Add(new ActorCount(reader.GetGuid(0), reader.GetString(1), reader.GetInt64(2)));
        }

        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new StatsResponse(
            low, high, byType.Values.Sum(), reader.GetInt64(0), byType, actors);
    }

    private NpgsqlBatch Batch(ViewQuery query, int limit, params ReadOnlySpan<string> statements)
    {
        var batch = dataSource.CreateTenantBatch(scope);
        foreach (var sql in statements)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)
            {
                Parameters =
                {
                    new("bucket", query.Bucket),
                    new("zone", query.Timezone),
                    new("from", query.From),
                    new("to", query.To),
                    new("types", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = (object?)query.Types ?? DBNull.Value },
                    new("groups", scope.Groups.ToArray()),
                    new("group", scope.Groups[0]),
                    new("limit", limit),
                },
            });
        }

        return batch;
    }
}
