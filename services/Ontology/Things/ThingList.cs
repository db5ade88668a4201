using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>The list of things.</summary>
internal sealed class ThingList(GroupSubtree subtree, TenantScope scope, ListReader lists, ThingPages pages, CursorSigner cursors)
{
    public const string Format = "format";

    private const string GroupBy = "groupBy";
    private const string Text = "q";
    private const string Type = "type";

    private static readonly FieldMap s_fields = new FieldMap(
        Field.Id("t.id"),
        Field.Uuid("groupId", "t.group_id"),
        Field.String("type", "t.type").Sortable().Required(),
        Field.String("name", "t.name").Sortable().Required().Searched(),
        Field.Enum("status", "t.status", ThingStatus.All),
        Field.String("externalId", "t.external_id"),
        Field.Uuid("createdBy", "t.created_by"),
        Field.Integer("version", "t.version"),
        Field.Json("properties", "t.properties").Sortable(),
        Field.Timestamp("createdAt", "t.created_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "t.updated_at").Sortable().Required(),
        Field.Timestamp("archivedAt", "t.archived_at"));

    private static readonly ListParameter[] s_parameters =
    [
        ListParameter.AnyOf(Type), ListParameter.AnyOf("status"), ListParameter.AnyOf("createdBy"), ListParameter.AnyOf("externalId"),
        ListParameter.From("updatedSince", "updatedAt"), ListParameter.Own(Text),
    ];

    public static ListDefinition Definition { get; } = Named("ontology.things", s_parameters);
    public static ListDefinition ExportDefinition { get; } =
        Named("ontology.things-export", [.. s_parameters, ListParameter.Own(Format)], without: ["limit", "cursor", "count"]);

    public static ListDefinition AggregateDefinition { get; } = Named("ontology.things-aggregate", [.. s_parameters, ListParameter.Own(GroupBy)]);

    private static readonly Dictionary<string, string> s_countable = new(StringComparer.Ordinal)
    {
        ["type"] = "t.type",
        ["status"] = "t.status",
        ["createdBy"] = "t.created_by",
    };

    /// <param name="caller">Decides what is seen.</param>
    /// <param name="groupId">The acting group.</param>
    /// <param name="query">What the caller asked.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <param name="onlyType">A list of this type alone, whatever the query says.</param>
    public async Task<(ListOk<ThingResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Caller caller, Guid groupId, ListQuery query, CancellationToken cancellationToken, string? onlyType = null)
    {
        var (rows, errors) = await PlanAsync(Definition, caller, groupId, query, cancellationToken, onlyType);
        if (rows is not { } r)
        {
            return (null, errors);
        }

        var page = IsQuick(query) && scope.ActsJustIn(groupId)
            ? await pages.ReadAsync(new PageAsk(groupId, r.Plan, r.Where, r.Own), cancellationToken)
            : await lists.ReadAsync(r.Plan, ThingRow.Columns, "things t", r.Where, r.Own, ThingRow.Read, cancellationToken);
        return (new ListOk<ThingResponse>(page, r.Plan.Fields), []);
    }

    /// <summary>All of a list, from the first row to the last, page by page.</summary>
    public async Task<(IAsyncEnumerable<IReadOnlyList<ThingResponse>>? Pages, FieldSelection Fields, IReadOnlyList<QueryError> Errors)> AllAsync(
        Caller caller, Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        var (rows, errors) = await PlanAsync(ExportDefinition, caller, groupId, query, cancellationToken);
        return rows is not { } r ? (null, FieldSelection.Everything, errors)
            : (lists.PagesAsync(r.Plan, ThingRow.Columns, "things t", r.Where, r.Own, ThingRow.Read, cancellationToken), r.Plan.Fields, []);
    }

    public async Task<(ThingCounts? Counts, IReadOnlyList<QueryError> Errors)> CountAsync(
        Caller caller, Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        var by = (query[GroupBy] ?? "type").Split(',');
        if (by.Any(name => !s_countable.ContainsKey(name)) || by.Distinct().Count() < by.Length)
        {
            return (null, [new QueryError(QueryErrorCode.InvalidParameter, $"/{GroupBy}", $"{GroupBy} takes some of {string.Join(", ", s_countable.Keys)}.")]);
        }

        var (rows, errors) = await PlanAsync(AggregateDefinition, caller, groupId, query, cancellationToken);
        if (rows is not { } r)
        {
            return (null, errors);
        }

        var columns = string.Join(", ", by.Select(name => s_countable[name]));
        var counted = await lists.GroupAsync(
            r.Plan, columns, "things t", r.Where, r.Own, row => new ThingCount(
                by.Select((name, i) => (name, row.GetValue(i))).Where(c => c.Item2 is not DBNull).ToDictionary(c => c.name, c => c.Item2.ToString()!),
                row.GetInt64(by.Length)),
            cancellationToken);
        return (new ThingCounts(counted, counted.Sum(c => c.Count)), []);
    }

    // An index has the rows in their order, so that nobody waits long for another's page.
    private static bool IsQuick(ListQuery query)
        => query is { Filter: null, Sort: null, Count: CountMode.None, Scope: ListScope.Self }
            && s_parameters.All(p => query[p.Name] is not { } value || (p.Name == Type && !value.Contains(',')));

    private static ListDefinition Named(string name, ListParameter[] parameters, params string[] without)
        => new(name, s_fields) { Parameters = parameters, Without = without, LiveWhen = "t.archived_at is null" };

    private async Task<((ListPlan Plan, string Where, (string, object)[] Own)? Rows, IReadOnlyList<QueryError> Errors)> PlanAsync(
        ListDefinition list, Caller caller, Guid groupId, ListQuery query, CancellationToken cancellationToken, string? onlyType = null)
    {
        if (!list.TryPlan(query, groupId, cursors, out var plan, out var errors))
        {
            return (null, errors);
        }

        var (which, groups) = query.Scope == ListScope.Subtree
            ? ("t.group_id = any(@groups)", (object)await subtree.WidenAsync(cancellationToken))
            : ("t.group_id = @groups", groupId);
        List<(string, object)> parameters = [("groups", groups)];
        var where = $"{which} and {ThingSight.Of(caller)}";
        if (onlyType is not null)
        {
            where += " and t.type = @only_type";
            parameters.Add(("only_type", onlyType));
        }

        if (query[Text] is { } text)
        {
            where += " and t.search @@ websearch_to_tsquery('simple', @text)";
            parameters.Add(("text", text));
        }

        return ((plan, where, [.. parameters]), []);
    }
}

/// <param name="By">Each field that was asked for, with its value.</param>
public sealed record ThingCount(IReadOnlyDictionary<string, string> By, long Count);

/// <param name="Total">Over all of them.</param>
public sealed record ThingCounts(IReadOnlyList<ThingCount> Results, long Total);
