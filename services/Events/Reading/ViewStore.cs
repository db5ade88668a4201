using Npgsql;
using NpgsqlTypes;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

/// <summary>
/// Figures out of <c>event_counts</c>, which the sequencer keeps per quarter of an hour: every time zone's hours begin on one, and
/// counting a month of millions of events reads some thousand rows.
/// </summary>
internal sealed class ViewStore(NpgsqlDataSource dataSource, TenantScope scope)
{
    private const int MostActors = 10;

    // Whole buckets: the range grows to the buckets that its ends lie in. The end is stepped in local time, where a day may have 23 hours.
    private const string Range =
        """
        select date_trunc(@bucket, @from, @zone) as low,
               ((date_trunc(@bucket, @to - interval '1 microsecond', @zone) at time zone @zone) + ('1 ' || @bucket)::interval)
                   at time zone @zone as high
        """;

    // Days and weeks are found among their bounds: asking for the local time of each of a year's quarters of an hour takes longer than reading them.
    private const string Counts =
        $"""
        with r as ({Range}), bounds as (
            select array(
                select b at time zone @zone
                from r, generate_series(r.low at time zone @zone, r.high at time zone @zone, ('1 ' || @bucket)::interval) b
                where @bucket <> 'hour') as starts)
        select case when @bucket = 'hour' then date_trunc(@bucket, c.slot, @zone) else starts[width_bucket(c.slot, starts)] end as start,
               c.type, sum(c.count)::bigint
        from event_counts c, r, bounds
        where c.group_id = any (@groups) and c.slot >= r.low and c.slot < r.high and (@types is null or c.type = any (@types))
        group by 1, 2 order by 1, 3 desc, 2
        """;

    private const string Newest =
        $"""
        select e.* from ({Range}) r, unnest(@groups) g(id) cross join lateral (
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
        await using var batch = Batch(query, query.Limit, Range, Counts, Newest);
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
            query, MostActors, Range, Counts, Actors, "select coalesce(max(last), 0) from group_positions where group_id = @group");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (low, high) = (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(cancellationToken);

        var byType = new Dictionary<string, long>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            byType[reader.GetString(1)] = byType.GetValueOrDefault(reader.GetString(1)) + reader.GetInt64(2);
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
            low, high, byType.Values.Sum(), reader.GetInt64(0),
            byType.OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal), actors);
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
