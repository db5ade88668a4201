using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Reading;

/// <summary>Single events of the log, and those that follow a position. Only what has a position is in the table, so no reader can be overtaken.</summary>
internal sealed class EventStore(NpgsqlDataSource dataSource, TenantScope scope, IOptions<ReadingOptions> options)
{
    public const int StreamPage = 200;

    private const int ExportPage = 1000;

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

    /// <summary>
    /// The first events after a position that the query asks for, in the order of positions. Looks at no more than <see cref="ReadingOptions.Reach"/>
    /// of them, however few pass its filters: as positions have no gaps, it is known where that ends.
    /// </summary>
    /// <param name="last">Where the log ended when it was looked at; nothing behind is read.</param>
    /// <returns>What was found, and the position after which to go on; the end is reached when it is <paramref name="last"/>.</returns>
    public async Task<(IReadOnlyList<EventResponse> Found, long UpTo)> AfterAsync(
        EventQuery query, long after, long last, int limit, CancellationToken cancellationToken)
    {
        var upTo = Math.Min(last, after + options.Value.Reach);
        var command = new NpgsqlBatchCommand(
            $"""
             select {EventRow.Columns} from events e
             where e.group_id = @group and e.position > @after and e.position <= @upto and {query.Filter}
             order by e.position limit @limit
             """);
        command.Parameters.Add(new NpgsqlParameter("group", scope.Groups[0]));
        command.Parameters.Add(new NpgsqlParameter("after", after));
        command.Parameters.Add(new NpgsqlParameter("upto", upTo));
        command.Parameters.Add(new NpgsqlParameter("limit", limit));
        query.AddParametersTo(command.Parameters);
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(command);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var page = new List<EventResponse>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(EventRow.Read(reader));
        }

        return (page, page.Count == limit ? page[^1].Position!.Value : Math.Max(after, upTo));
    }

    /// <summary>All that the query asks for, in the order of positions, page by page. Between two pages it holds no connection.</summary>
    /// <param name="last">Where the log ended when it was looked at; nothing behind is read.</param>
    public async IAsyncEnumerable<IReadOnlyList<EventResponse>> PagesAsync(
        EventQuery query, long last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var position = query.AskedPosition ?? 0; position < last;)
        {
            (var page, position) = await AfterAsync(query, position, last, ExportPage, cancellationToken);
            yield return page;
        }
    }
}
