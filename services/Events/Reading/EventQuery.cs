using System.Globalization;
using Npgsql;
using OnePlatform.Events.Types;
using OnePlatform.Querying;
using OnePlatform.Querying.Lists;

namespace OnePlatform.Events.Reading;

/// <summary>A checked question to the log: the shared part, and what only the log has (folded types, full text, positions).</summary>
internal sealed class EventQuery
{
    private const int LongestText = 400;

    private const string HasWords =
        """jsonb_to_tsvector('simple', e.metadata, '["string", "numeric"]') @@ websearch_to_tsquery('simple', @words)""";

    private readonly List<(string Sql, string Name, object Value)> _own = [];
    private string? _words;

    private EventQuery(ListPlan plan) => Plan = plan;

    public ListPlan Plan { get; }

    /// <summary>The position after which the caller asked to begin.</summary>
    public long? AskedPosition { get; private set; }

    /// <summary>Predicates of the log's own, as the end of a conjunction.</summary>
    public string Own => string.Concat(_own.Select(o => $" and {o.Sql}"));

    /// <summary>Which events the whole list has.</summary>
    public string Filter => Plan.Filter + Own;

    /// <summary><see cref="Filter"/>, and where the page starts.</summary>
    public string Where => Plan.Where + Own;

    /// <summary>Of <see cref="Where"/> what an index serves in the order of the list.</summary>
    public string Walk => All([Plan.Walk, .. _own.Select(o => o.Sql).Where(sql => sql != _words)]);

    /// <summary>The rest of <see cref="Where"/>, which event after event has to pass; null when there is none.</summary>
    public string? Sieve => (Plan.Sieve, _words) is (null, null) ? null : All(new[] { Plan.Sieve, _words }.OfType<string>());

    /// <summary>An index finds the events that may pass <see cref="Sieve"/>.</summary>
    public bool SieveHasIndex => _words is not null || Plan.SieveHasIndex;

    /// <param name="within">Narrows the list to one actor or target.</param>
    public static (EventQuery? Query, IReadOnlyList<QueryError> Errors) Read(
        ListQuery query, Guid group, CursorSigner cursors, (string Column, Guid Id)? within = null, ListDefinition? definition = null)
    {
        var (after, before) = (query[EventLists.AfterPosition], query[EventLists.BeforePosition]);
        var list = definition ?? (after is not null ? EventLists.Following : before is not null ? EventLists.Preceding : EventLists.Newest);
        var errors = new List<QueryError>();
        if (!list.TryPlan(query, group, cursors, out var plan, out var found, within is { } w ? $"{w.Column}={w.Id}" : ""))
        {
            errors.AddRange(found);
        }

        var read = new EventQuery(plan!);
        read.AddPosition(EventLists.AfterPosition, after, ">", query, errors);
        read.AddPosition(EventLists.BeforePosition, before, "<", query, errors);
        if (query[EventLists.Type] is { } types)
        {
            read.Add("e.type = any (@types)", "types", TypesOf(types));
        }

        if (query[EventLists.Text] is { } text)
        {
            if (text.Length > LongestText)
            {
                errors.Add(Invalid(EventLists.Text, $"q has at most {LongestText} characters."));
            }

            read._words = HasWords;
            read.Add(HasWords, "words", text);
        }

        if (within is { } narrow)
        {
            read.Add($"e.{narrow.Column} = @within", "within", narrow.Id);
        }

        return errors.Count == 0 ? (read, []) : (null, errors);
    }

    /// <summary>For a stream, which walks the positions itself: the filters of the list, without its order and pages.</summary>
    public static (EventQuery? Query, IReadOnlyList<QueryError> Errors) ReadForStream(
        ListQuery query, Guid group, CursorSigner cursors, ListDefinition definition)
    {
        var (read, errors) = Read(query, group, cursors, definition: definition);
        List<QueryError> all = [.. errors];
        if (query.Scope == ListScope.Subtree)
        {
            all.Add(Invalid("scope", "Each group has its own positions; follow one group at a time."));
        }

        if (all.Count > 0)
        {
            return (null, all);
        }

        read!._own.RemoveAll(o => o.Name == EventLists.AfterPosition);
        return (read, []);
    }

    public void AddParametersTo(NpgsqlParameterCollection parameters)
    {
        AddOwnParametersTo(parameters);
        foreach (var (name, value) in Plan.Parameters)
        {
            parameters.Add(new NpgsqlParameter(name, value));
        }
    }

    /// <summary>Those of <see cref="Own"/>.</summary>
    public void AddOwnParametersTo(NpgsqlParameterCollection parameters)
    {
        foreach (var (_, name, value) in _own)
        {
            parameters.Add(new NpgsqlParameter(name, value));
        }
    }

    internal static string[] TypesOf(string types)
        => [.. types.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(EventTypes.Canonical).Distinct()];

    private void AddPosition(string name, string? text, string comparison, ListQuery query, List<QueryError> errors)
    {
        if (text is null)
        {
            return;
        }

        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            errors.Add(Invalid(name, $"{name} takes a position, a whole number from 0."));
        }
        else if (query.Scope == ListScope.Subtree)
        {
            errors.Add(Invalid(name, "Each group has its own positions; follow one group at a time."));
        }

        AskedPosition = position;
        Add($"e.position {comparison} @{name}", name, position);
    }

    private static string All(IEnumerable<string> predicates) => string.Join(" and ", predicates);

    private void Add(string sql, string name, object value) => _own.Add((sql, name, value));

    private static QueryError Invalid(string name, string detail) => new(QueryErrorCode.InvalidParameter, $"/{name}", detail);
}
