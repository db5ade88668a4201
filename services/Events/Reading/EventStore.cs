using System.Globalization;
using Npgsql;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

/// <summary>Every query of the log's rows. Only what has a position is in the table, so no reader can be overtaken.</summary>
internal sealed class EventStore(NpgsqlDataSource dataSource, TenantScope scope)
{
    public const int StreamPage = 200;

    public async Task<Page<EventResponse>> ListAsync(EventQuery query, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(Select(query));
        if (Count(query) is { } count)
        {
            batch.BatchCommands.Insert(1, count);
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        long? total = null;
        if (query.Plan.Count != CountMode.None)
        {
            await reader.ReadAsync(cancellationToken);
            total = reader.GetInt64(0);
            await reader.NextResultAsync(cancellationToken);
        }

        return await query.Plan.ReadPageAsync(reader, EventRow.Read, cancellationToken, total);
    }

    public async Task<EventResponse?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select {EventRow.Columns} from events e where e.id = $1 and e.group_id = any ($2)")
        {
            Parameters = { new() { Value = id }, new() { Value = scope.Groups.ToArray() } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? EventRow.Read(reader) : null;
    }

    /// <returns>The last position of the acting group; 0 for an empty log.</returns>
    public async Task<long> LastPositionAsync(CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select last from group_positions where group_id = $1")
        {
            Parameters = { new() { Value = scope.Groups[0] } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetInt64(0) : 0;
    }

    /// <summary>The first events after a position and up to another that the query asks for, in the order of positions.</summary>
    public async Task<IReadOnlyList<EventResponse>> AfterAsync(EventQuery query, long after, long upTo, int limit, CancellationToken cancellationToken)
    {
        var command = Command(
            query,
            $"""
             select {EventRow.Columns} from events e
             where e.group_id = @group and e.position > @after and e.position <= @upto and {query.Plan.Filter}{query.Own}
             order by e.position limit @limit
             """);
        command.Parameters.Add(new NpgsqlParameter("after", after));
        command.Parameters.Add(new NpgsqlParameter("upto", upTo));
        command.Parameters.Add(new NpgsqlParameter("limit", limit));
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var page = new List<EventResponse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(EventRow.Read(reader));
        }

        return page;
    }

    private NpgsqlBatchCommand Select(EventQuery query)
    {
        var plan = query.Plan;
        var limit = plan.FetchLimit.ToString(CultureInfo.InvariantCulture);
        var where = $"{plan.Where}{query.Own}";
        // Of each group the first rows, straight off its index, and of those the first: sorting the rows of all would read all.
        var from = scope.Groups.Count == 1
            ? $"events e where e.group_id = @group and {where}"
            : $"unnest(@groups) g(id) cross join lateral (select * from events e where e.group_id = g.id and {where} "
                + $"order by {plan.OrderBy} limit {limit}) e";
        return Command(query, $"select {EventRow.Columns}, {plan.KeyColumns} from {from} order by {plan.OrderBy} limit {limit}");
    }

    private NpgsqlBatchCommand? Count(EventQuery query) => query.Plan.Count == CountMode.None
        ? null
        : Command(query, $"select count(*) from events e where e.group_id = any (@groups) and {query.Plan.Filter}{query.Own}");

    private NpgsqlBatchCommand Command(EventQuery query, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter("group", scope.Groups[0]));
        command.Parameters.Add(new NpgsqlParameter("groups", scope.Groups.ToArray()));
        query.AddParametersTo(command);
        return command;
    }
}
