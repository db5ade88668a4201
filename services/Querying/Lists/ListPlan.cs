using System.Data.Common;
using System.Globalization;
using OnePlatform.Querying.Filters;
using OnePlatform.Querying.Projections;
using OnePlatform.Querying.Sorting;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Lists;

/// <summary>A list query as parts of a SELECT. The texts hold no word of the caller's; those are <see cref="Parameters"/>.</summary>
public sealed class ListPlan
{
    private const string KeyPrefix = "q_key_";

    private readonly IReadOnlyList<SortTerm> _terms;
    private readonly ParameterBag _asked;
    private readonly ParameterBag _parameters;
    private readonly IReadOnlyList<Predicate> _predicates;
    private readonly CursorBinding _cursors;

    internal ListPlan(
        (int Limit, CountMode Count) page,
        IReadOnlyList<SortTerm> terms,
        FieldSelection fields,
        ParameterBag parameters,
        IReadOnlyList<Predicate> predicates,
        string?[]? start,
        CursorBinding cursors)
    {
        (_terms, _asked, _predicates, _cursors) = (terms, parameters, predicates, cursors);
        ((Limit, Count), Fields) = (page, fields);
        _parameters = start is null ? parameters : new ParameterBag(parameters);
        string[] after = start is null ? [] : [new Keyset(terms, _parameters).After(start)];
        Filter = All(predicates.Select(p => p.Sql));
        Where = All(predicates.Select(p => p.Sql).Concat(after));
        Walk = All(predicates.Where(p => p.Index == IndexUse.Walks).Select(p => p.Sql).Concat(after));
        var others = predicates.Where(p => p.Index != IndexUse.Walks).ToList();
        (Sieve, SieveHasIndex) = (others.Count == 0 ? null : All(others.Select(p => p.Sql)), others.Any(p => p.Index == IndexUse.Finds));
    }

    /// <summary>Which rows the whole list has; what <c>?count=</c> counts.</summary>
    public string Filter { get; }

    /// <summary><see cref="Filter"/>, and where the page starts.</summary>
    public string Where { get; }

    /// <summary>Of <see cref="Where"/> what an index serves in the order of the list: how far one gets is known before a row is read.</summary>
    public string Walk { get; }

    /// <summary>The rest of <see cref="Where"/>, which row after row has to pass; null when there is none.</summary>
    public string? Sieve { get; }

    /// <summary>An index finds the rows that may pass <see cref="Sieve"/>, wherever in the list they are.</summary>
    public bool SieveHasIndex { get; }

    /// <summary>What to put after <c>order by</c>; no two rows are level in it.</summary>
    public string OrderBy => string.Join(", ", _terms.Select(t => t.OrderBy));

    /// <summary>Columns to select besides the store's own; <see cref="ReadPageAsync"/> makes the cursor from them.</summary>
    public string KeyColumns => string.Join(", ", _terms.Select((t, i) => $"{t.Sql} as {KeyColumn(i)}"));

    /// <summary>How many rows the page has at most.</summary>
    public int Limit { get; }

    /// <summary>What to put after <c>limit</c>: one row more than the page has tells whether others follow.</summary>
    public int FetchLimit => Limit + 1;

    /// <summary>Whether the page says how many rows the list has.</summary>
    public CountMode Count { get; }

    /// <summary>What <c>?fields=</c> left of each row.</summary>
    public FieldSelection Fields { get; }

    /// <summary>All begin with <c>q_</c>, a prefix that a store leaves alone.</summary>
    public IReadOnlyList<QueryParameter> Parameters => _parameters.All;

    /// <summary>Adds <see cref="Parameters"/> to a command.</summary>
    public void AddParametersTo(DbCommand command)
    {
        foreach (var (name, value) in Parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>What <c>?count=</c> asked for; null when it did not.</summary>
    /// <param name="command">A fresh one, with the store's own parameters if <paramref name="rows"/> has any.</param>
    /// <param name="rows">The part of the page's query before <see cref="Where"/>, as in <c>things t where t.group_id = any(@groups)</c>.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    public async Task<long?> CountAsync(DbCommand command, string rows, CancellationToken cancellationToken)
    {
        AddParametersTo(command);
        var filtered = $"{rows} and {Filter}";
        return Count switch
        {
            CountMode.Exact => await RowCount.ExactAsync(command, filtered, cancellationToken),
            CountMode.Estimated => await RowCount.EstimatedAsync(command, filtered, cancellationToken),
            _ => null,
        };
    }

    /// <summary>
    /// Any page of the same list, for a store that reads all of it: so many rows after the page that ended with <paramref name="cursor"/>,
    /// which this plan made; null for the first. It counts nothing.
    /// </summary>
    public ListPlan Page(int rows, string? cursor)
        => new((rows, CountMode.None), _terms, Fields, _asked, _predicates, cursor is null ? null : _cursors.Open(cursor).Keys, _cursors);

    /// <summary>Reads the page off a query that selected <see cref="KeyColumns"/> and was limited to <see cref="FetchLimit"/>.</summary>
    public async Task<Page<T>> ReadPageAsync<T>(
        DbDataReader reader, Func<DbDataReader, T> read, CancellationToken cancellationToken, long? total = null)
    {
        var rows = new List<T>();
        string? cursor = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (rows.Count == Limit)
            {
                return new Page<T>(rows, HasMore: true, cursor, total);
            }

            rows.Add(read(reader));
            if (rows.Count == Limit)
            {
                cursor = CursorAt(reader);
            }
        }

        return new Page<T>(rows, HasMore: false, Total: total);
    }

    /// <summary>Makes the page of rows that were read already.</summary>
    /// <param name="rows">At most <see cref="FetchLimit"/> of them.</param>
    /// <param name="keysOf">A row's <see cref="KeyColumns"/>, in their order.</param>
    /// <param name="total">How many rows the whole list has, if counted.</param>
    public Page<T> PageOf<T>(IReadOnlyList<T> rows, Func<T, IReadOnlyList<object?>> keysOf, long? total = null)
        => rows.Count > Limit
            ? new Page<T>([.. rows.Take(Limit)], HasMore: true, _cursors.Seal(keysOf(rows[Limit - 1]).Select(SortKeys.ToText)), total)
            : new Page<T>(rows, HasMore: false, Total: total);

    /// <summary>The cursor of a page that ends with the row the reader is on; it selected <see cref="KeyColumns"/>.</summary>
    public string CursorAt(DbDataReader reader)
        => _cursors.Seal(_terms.Select((_, i) => SortKeys.ToText(reader.GetValue(reader.GetOrdinal(KeyColumn(i))))));

    private static string KeyColumn(int index) => KeyPrefix + index.ToString(CultureInfo.InvariantCulture);

    private static string All(IEnumerable<string> predicates) => string.Join(" and ", predicates) is { Length: > 0 } all ? $"({all})" : "true";
}
