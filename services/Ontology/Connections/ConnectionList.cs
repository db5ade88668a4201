using System.Data.Common;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Groups;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Connections;

/// <summary>Lists of connections: a group's, those from or to a thing, and a thing's with what is at the other end.</summary>
internal sealed class ConnectionList(GroupSubtree subtree, ListReader lists, CursorSigner cursors, TimeProvider clock)
{
    private const string ActiveAt = "activeAt";
    private const string Direction = "direction";

    private static readonly FieldMap s_fields = new(
        Field.Id("c.id"),
        Field.Uuid("groupId", "c.group_id"),
        Field.Uuid("fromId", "c.from_id"),
        Field.Uuid("toId", "c.to_id"),
        Field.String("type", "c.type").Sortable().Required(),
        Field.Json("metadata", "c.metadata"),
        Field.Number("strength", "c.strength").Sortable(),
        Field.Timestamp("validFrom", "c.valid_from").Sortable(),
        Field.Timestamp("validTo", "c.valid_to").Sortable(),
        Field.Uuid("createdBy", "c.created_by"),
        Field.Timestamp("createdAt", "c.created_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "c.updated_at").Sortable().Required(),
        Field.Shown("state"), Field.Shown("version"), Field.Shown("archivedAt"), Field.Shown("direction"), Field.Shown("other"));

    public static ListDefinition Definition { get; } = new("ontology.connections", s_fields)
    {
        Parameters =
        [
            ListParameter.AnyOf("type"), ListParameter.AnyOf("fromId"), ListParameter.AnyOf("toId"), ListParameter.Own(ActiveAt),
        ],
        LiveWhen = "c.archived_at is null",
    };

    public static ListDefinition OfThingDefinition { get; } = new("ontology.thing-connections", s_fields)
    {
        Parameters = [ListParameter.AnyOf("type"), ListParameter.Own(Direction), ListParameter.Own(ActiveAt)],
        LiveWhen = "c.archived_at is null",
    };

    public async Task<(ListOk<ConnectionResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Caller caller, Guid groupId, ListQuery query, CancellationToken cancellationToken, string end = "", Guid thing = default)
    {
        if (!Definition.TryPlan(query, groupId, cursors, out var plan, out var errors, within: $"{end}{thing}"))
        {
            return (null, errors);
        }

        var (which, groups) = query.Scope == ListScope.Subtree
            ? ("c.group_id = any(@groups)", (object)await subtree.WidenAsync(cancellationToken))
            : ("c.group_id = @groups", groupId);
        List<(string, object)> parameters = [("groups", groups)];
        var where = $"{which} and {ConnectionRow.SightOf(caller)}";
        if (end.Length > 0)
        {
            where += $" and c.{end} = @thing";
            parameters.Add(("thing", thing));
        }

        if (AddActiveAt(query, ref where, parameters) is { } fault)
        {
            return (null, [fault]);
        }

        var now = clock.GetUtcNow();
        var page = await lists.ReadAsync(
            plan, ConnectionRow.Columns, "connections c", where, [.. parameters], row => ConnectionRow.Read(row, now), cancellationToken);
        return (new ListOk<ConnectionResponse>(page, plan.Fields), []);
    }

    public async Task<(ListOk<ConnectedThingResponse>? Page, IReadOnlyList<QueryError> Errors)> OfThingAsync(
        Caller caller, Guid groupId, Guid thing, ListQuery query, CancellationToken cancellationToken)
    {
        if (!OfThingDefinition.TryPlan(query, groupId, cursors, out var plan, out var errors, within: thing.ToString()))
        {
            return (null, errors);
        }

        var touches = query[Direction] switch
        {
            null or "both" => "(c.from_id = @thing or c.to_id = @thing)",
            "out" => "c.from_id = @thing",
            "in" => "c.to_id = @thing",
            _ => null,
        };
        if (touches is null)
        {
            return (null, [new QueryError(QueryErrorCode.InvalidParameter, "/direction", "direction is one of in, out, both.")]);
        }

        var where = $"c.group_id = @groups and {touches} and {ConnectionRow.SightOf(caller)}";
        List<(string, object)> parameters = [("groups", groupId), ("thing", thing)];
        if (AddActiveAt(query, ref where, parameters) is { } fault)
        {
            return (null, [fault]);
        }

        var now = clock.GetUtcNow();
        var page = await lists.ReadAsync(
            plan, $"{ConnectionRow.Columns}, o.id, o.type, o.name, o.status",
            "connections c join things o on o.id = case when c.from_id = @thing then c.to_id else c.from_id end and o.group_id = c.group_id",
            where, [.. parameters], row => ReadOther(row, thing, now), cancellationToken);
        return (new ListOk<ConnectedThingResponse>(page, plan.Fields), []);
    }

    private static ConnectedThingResponse ReadOther(DbDataReader row, Guid thing, DateTimeOffset now)
    {
        var c = ConnectionRow.Read(row, now);
        const int Next = ConnectionRow.Next;
        var other = new ConnectedEnd(row.GetGuid(Next), row.GetString(Next + 1), row.GetString(Next + 2), row.GetString(Next + 3));
        return new ConnectedThingResponse(
            c.Id, c.Type, c.FromId == thing ? "out" : "in", other, c.Metadata, c.Strength, c.ValidFrom, c.ValidTo, c.State, c.CreatedAt);
    }

    private static QueryError? AddActiveAt(ListQuery query, ref string where, List<(string, object)> parameters)
    {
        if (query[ActiveAt] is not { } text)
        {
            return null;
        }

        if (!Rfc3339.TryRead(text, out var time))
        {
            return new QueryError(QueryErrorCode.InvalidParameter, $"/{ActiveAt}", $"{ActiveAt} takes a time such as 2026-01-31T12:00:00Z.");
        }

        where += " and (c.valid_from is null or c.valid_from <= @active_at) and (c.valid_to is null or c.valid_to > @active_at)";
        parameters.Add(("active_at", time));
        return null;
    }
}
