using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

/// <summary>
/// The pages of the log's lists. What an index serves in order is read off it. What has to be asked of event after event is asked of the
/// next ones in order, of so many that a page never takes long: frequent matches fill it soon. For rare ones the page then takes all
/// that an index finds, or, where none does, ends there with a cursor, perhaps empty.
/// </summary>
internal sealed class EventPages(NpgsqlDataSource dataSource, TenantScope scope, IOptions<ReadingOptions> options)
{
    // The planner cannot tell a word that is in no event from one in every hundredth, and reads the whole log if it guesses wrong.
    private const int Glance = 5_000;

    public async Task<Page<EventResponse>> ListAsync(EventQuery query, CancellationToken cancellationToken)
    {
        var total = await CountAsync(query, cancellationToken);
        if (query.Sieve is not { } sieve)
        {
            return await ReadAsync(query, InOrder(query, query.Where, query.Plan.FetchLimit), total, cancellationToken);
        }

        var reach = query.SieveHasIndex ? Math.Min(Glance, options.Value.Reach) : options.Value.Reach;
        return await WalkAsync(query, sieve, Math.Max(reach / scope.Groups.Count, query.Plan.FetchLimit), total, cancellationToken)
            ?? await ReadAsync(query, AsFound(query), total, cancellationToken);
    }

    private async Task<long?> CountAsync(EventQuery query, CancellationToken cancellationToken)
    {
        if (query.Plan.Count == CountMode.None)
        {
            return null;
        }

        await using var connection = await dataSource.OpenTenantConnectionAsync(scope, cancellationToken);
        await using var command = new NpgsqlCommand { Connection = connection };
        command.Parameters.Add(new NpgsqlParameter("groups", scope.Groups.ToArray()));
        query.AddOwnParametersTo(command.Parameters);
        return await query.Plan.CountAsync(command, $"events e where e.group_id = any (@groups){query.Own}", cancellationToken);
    }

    /// <summary>Of each group the first rows, straight off its index, and of those the first: sorting the rows of all would read all.</summary>
    private string InOrder(EventQuery query, string where, int limit) => scope.Groups.Count == 1
        ? $"events e where e.group_id = @group and {where}"
        : $"unnest(@groups) g(id) cross join lateral (select * from events e where e.group_id = g.id and {where} "
            + $"order by {query.Plan.OrderBy} limit {limit}) e";

    /// <summary>All that match, found before they are sorted: the offset keeps the planner from walking the order in hope of an early match.</summary>
    private static string AsFound(EventQuery query)
        => $"(select * from events e where e.group_id = any (@groups) and {query.Where} offset 0) e";

    private async Task<Page<EventResponse>> ReadAsync(EventQuery query, string from, long? total, CancellationToken cancellationToken)
    {
        var plan = query.Plan;
        await using var batch = Batch(query, $"select {EventRow.Columns}, {plan.KeyColumns} from {from} order by {plan.OrderBy} limit {plan.FetchLimit}");
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await plan.ReadPageAsync(reader, EventRow.Read, cancellationToken, total);
    }

    /// <summary>Sieves the next events in order. The last of them comes whether it passes or not, for the cursor.</summary>
    /// <returns>Null when that does not tell how the page ends, and an index does.</returns>
    private async Task<Page<EventResponse>?> WalkAsync(EventQuery query, string sieve, int reach, long? total, CancellationToken cancellationToken)
    {
        var plan = query.Plan;
        await using var batch = Batch(
            query,
            $"""
             select {EventRow.Columns}, {plan.KeyColumns}, ({sieve}) is true as passes, e.turn = {reach} as is_last
             from (select e.*, row_number() over (order by {plan.OrderBy}) as turn from {InOrder(query, query.Walk, reach)}
                   order by {plan.OrderBy} limit {reach}) e
             where ({sieve}) is true or e.turn = {reach}
             order by {plan.OrderBy} limit {plan.FetchLimit}
             """);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var (rows, cursor) = (new List<EventResponse>(), default(string));
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.GetBoolean(reader.GetOrdinal("passes")))
            {
                if (rows.Count == plan.Limit)
                {
                    return new Page<EventResponse>(rows, HasMore: true, cursor, total);
                }

                rows.Add(EventRow.Read(reader));
                cursor = rows.Count == plan.Limit ? plan.CursorAt(reader) : null;
            }

            if (reader.GetBoolean(reader.GetOrdinal("is_last")))
            {
                return query.SieveHasIndex ? null : new Page<EventResponse>(rows, HasMore: true, plan.CursorAt(reader), total);
            }
        }

        return new Page<EventResponse>(rows, HasMore: false, Total: total);
    }

    private NpgsqlBatch Batch(EventQuery query, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter("group", scope.Groups[0]));
        command.Parameters.Add(new NpgsqlParameter("groups", scope.Groups.ToArray()));
        query.AddParametersTo(command.Parameters);
        var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        return batch;
    }
}
