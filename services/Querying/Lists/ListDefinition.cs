using System.Diagnostics.CodeAnalysis;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Filters;
using OnePlatform.Querying.Projections;
using OnePlatform.Querying.Sorting;
using OnePlatform.Querying.Sql;

namespace OnePlatform.Querying.Lists;

/// <summary>What one list of a service allows to be asked; made once, as a static field of its store.</summary>
/// <param name="name">Names the list in its cursors, as in <c>ontology.things</c>; unique within the platform.</param>
/// <param name="fields">The fields that callers can name.</param>
public sealed class ListDefinition(string name, FieldMap fields)
{
    /// <summary>The order of a list that was asked for without one.</summary>
    public string DefaultSort { get; init; } = "-id";

    /// <summary>The list's own query parameters. Any other is refused, so that a misspelt one does not widen the answer.</summary>
    public IReadOnlyList<ListParameter> Parameters { get; init; } = [];

    /// <summary>Those of the parameters of every list that this one has no use for; it refuses them rather than heed them not.</summary>
    public IReadOnlyList<string> Without { get; init; } = [];

    /// <summary>A predicate that archived rows fail, such as <c>t.archived_at is null</c>; left out for <c>?includeArchived=true</c>.</summary>
    public string? LiveWhen { get; init; }

    internal FieldMap Fields => fields;

    /// <summary>Turns the query into SQL, or says everything that is wrong with it.</summary>
    /// <param name="query">What the caller asked.</param>
    /// <param name="groupId">The acting group, which the cursor is bound to.</param>
    /// <param name="cursors">Opens the cursor given and signs the next one.</param>
    /// <param name="plan">The SQL, when the query is good.</param>
    /// <param name="errors">What is wrong with it, when it is not.</param>
    /// <param name="within">What else decides about the rows, such as the id in <c>/things/{id}/events</c>; the cursor is bound to it too.</param>
    public bool TryPlan(
        ListQuery query,
        Guid groupId,
        CursorSigner cursors,
        [NotNullWhen(true)] out ListPlan? plan,
        out IReadOnlyList<QueryError> errors,
        string within = "")
    {
        var found = new List<QueryError>(query.Errors);
        var parameters = new ParameterBag();
        var predicates = new List<Predicate>();
        if (LiveWhen is not null && !query.IncludeArchived)
        {
            predicates.Add(new($"({LiveWhen})", IndexUse.Walks));
        }

        found.AddRange(Without.Where(query.Asks).Select(Unknown));
        Collect(predicates, found, OwnParameters(query, parameters));
        Collect(predicates, found, Filter(query, parameters));
        var sort = query.Sort ?? DefaultSort;
        var (terms, sortError) = new SortOrder(fields, parameters).Read(sort);
        var (selection, fieldsError) = FieldSelection.Read(query.Fields, fields);
        found.AddRange(new[] { sortError, fieldsError }.OfType<QueryError>());

        var binding = new CursorBinding(cursors, Bind(query, groupId, sort, within));
        string?[]? start = null;
        if (query.Cursor is not null)
        {
            (start, var cursorError) = binding.Open(query.Cursor);
            found.AddRange(new[] { cursorError }.OfType<QueryError>());
        }

        errors = found;
        plan = found.Count > 0 ? null : new ListPlan((query.Limit, query.Count), terms, selection, parameters, predicates, start, binding);
        return plan is not null;
    }

    private IEnumerable<(Predicate? Predicate, QueryError? Error)> OwnParameters(ListQuery query, ParameterBag parameters)
    {
        foreach (var (name, given) in query.Own)
        {
            if (Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } parameter)
            {
                yield return (null, Unknown(name));
                continue;
            }

            var (sql, error) = parameter.Compile(given, fields, parameters);
            yield return (sql is null ? null : new(sql, parameter.IndexIn(fields)), error);
        }
    }

    private List<(Predicate? Predicate, QueryError? Error)> Filter(ListQuery query, ParameterBag parameters)
    {
        var (filter, error) = FilterParser.Parse(query.Filter ?? "");
        if (filter is null)
        {
            return [(null, error)];
        }

        var compiler = new FilterCompiler(fields, parameters);
        var predicates = new List<(Predicate? Predicate, QueryError? Error)>();
        foreach (var part in filter.Conjuncts())
        {
            var compiled = compiler.Compile(part);
            if (compiled.Error is not null)
            {
                // The first fault tells; what follows it may be faulty because of it.
                return [(null, compiled.Error)];
            }

            predicates.Add((new Predicate($"({compiled.Text})", compiler.IndexFor(part)), null));
        }

        return predicates;
    }

    private byte[] Bind(ListQuery query, Guid groupId, string sort, string within)
    {
        var own = query.Own.OrderBy(p => p.Key, StringComparer.Ordinal).SelectMany(p => p.Value.Prepend(p.Key).Append(""));
        return CursorSigner.Bind(
            [name, groupId.ToString(), within, query.Scope.ToString(), query.IncludeArchived.ToString(), sort, query.Filter ?? "", .. own.Select(v => v ?? "")]);
    }

    private static void Collect(List<Predicate> predicates, List<QueryError> errors, IEnumerable<(Predicate? Predicate, QueryError? Error)> parts)
    {
        foreach (var (predicate, error) in parts)
        {
            if (error is not null)
            {
                errors.Add(error);
            }
            else if (predicate is not null)
            {
                predicates.Add(predicate);
            }
        }
    }

    private static QueryError Unknown(string name)
        => new(QueryErrorCode.UnknownParameter, Pointer(name), $"This list has no parameter {Shorten(name)}.");

    private static string Pointer(string name)
        => "/" + Shorten(name).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string Shorten(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
