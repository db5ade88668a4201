using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using OnePlatform.Querying.Lists;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Data;

/// <summary>Runs a planned list in one round trip: tenant, count where asked for, page.</summary>
internal sealed class ListReader(NpgsqlDataSource dataSource, TenantScope scope)
{
    private const int MostGroups = 1_000;
    private const int RowsPerPage = 1_000;

    /// <param name="plan">What the caller asked.</param>
    /// <param name="columns">What <paramref name="read"/> reads, from the first column on.</param>
    /// <param name="from">The tables.</param>
    /// <param name="where">The store's own predicate, the tenant's above all.</param>
    /// <param name="own">Parameters of <paramref name="where"/>, each by its name.</param>
    /// <param name="read">Makes a row.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    public async Task<Page<T>> ReadAsync<T>(
        ListPlan plan, string columns, string from, string where, (string Name, object Value)[] own, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        if (plan.Count != CountMode.None)
        {
            var counted = plan.Count == CountMode.Exact ? "select count(*)" : "explain (format json) select 1";
            batch.BatchCommands.Add(Command($"{counted} from {from} where {where} and {plan.Filter}", plan, own));
        }

        batch.BatchCommands.Add(Page(plan, columns, from, where, own));

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        long? total = null;
        if (plan.Count != CountMode.None)
        {
            await reader.ReadAsync(cancellationToken);
            total = plan.Count == CountMode.Exact ? reader.GetInt64(0) : RowsOf(reader.GetString(0));
            await reader.NextResultAsync(cancellationToken);
        }

        return await plan.ReadPageAsync(reader, read, cancellationToken, total);
    }

    /// <summary>The query whose rows <see cref="ListPlan.ReadPageAsync"/> reads.</summary>
    public static NpgsqlBatchCommand Page(ListPlan plan, string columns, string from, string where, (string Name, object Value)[] own) => Command(
        $"select {columns}, {plan.KeyColumns} from {from} where {where} and {plan.Where} order by {plan.OrderBy} limit {plan.FetchLimit}", plan, own);

    /// <summary>Reads all of a list page by page. Between two pages it holds no connection, however slowly they are taken.</summary>
    public async IAsyncEnumerable<IReadOnlyList<T>> PagesAsync<T>(
        ListPlan plan, string columns, string from, string where, (string Name, object Value)[] own, Func<DbDataReader, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Page<T>? page = null;
        do
        {
            page = await ReadAsync(plan.Page(RowsPerPage, page?.Cursor), columns, from, where, own, read, cancellationToken);
            yield return page.Results;
        }
        while (page.HasMore);
    }

    /// <summary>Counts the rows of a list by <paramref name="columns"/>, the most numerous first; the count is the last column.</summary>
    public async Task<IReadOnlyList<T>> GroupAsync<T>(
        ListPlan plan, string columns, string from, string where, (string Name, object Value)[] own, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(Command(
            $"select {columns}, count(*) from {from} where {where} and {plan.Filter} group by {columns} order by count(*) desc, {columns} limit {MostGroups}", plan, own));
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var groups = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            groups.Add(read(reader));
        }

        return groups;
    }

    private static NpgsqlBatchCommand Command(string sql, ListPlan plan, (string Name, object Value)[] own)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var (name, value) in own.Concat(plan.Parameters.Select(p => (p.Name, p.Value))))
        {
            command.Parameters.Add(new NpgsqlParameter(name, value));
        }

        return command;
    }

    private static long RowsOf(string explained)
        => (long)JsonElement.Parse(explained)[0].GetProperty("Plan").GetProperty("Plan Rows").GetDouble();
}
