using System.Data.Common;
using System.Text.Json;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;

namespace OnePlatform.Ontology.Things;

/// <param name="Id">Also the id of the event that tells of the change.</param>
/// <param name="Version">The thing's version after it.</param>
/// <param name="Changes">Field to <c>{from, to}</c>; nothing for the first version.</param>
public sealed record ThingVersionResponse(Guid Id, long Version, string Type, Guid? ChangedBy, DateTimeOffset ChangedAt, JsonElement Changes);

/// <summary>The versions of a thing, the latest first.</summary>
internal sealed class ThingHistory(ListReader lists, CursorSigner cursors)
{
    // The first version leaves no revision: it is what the thing was created as.
    private const string From =
        """
        (select id, version, kind, changed_by, changed_at, changes from thing_revisions where group_id = @group and thing_id = @thing
         union all
         select id, 1, 'entity_created', created_by, created_at, '{}'::jsonb from things where group_id = @group and id = @thing) r
        """;

    public static ListDefinition Definition { get; } = new("ontology.thing-history", new FieldMap(
        Field.Id("r.id"),
        Field.Integer("version", "r.version").Sortable().Required(),
        Field.String("type", "r.kind"),
        Field.Uuid("changedBy", "r.changed_by"),
        Field.Timestamp("changedAt", "r.changed_at"),
        Field.Json("changes", "r.changes")))
    {
        DefaultSort = "-version",
    };

    public async Task<(ListOk<ThingVersionResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid groupId, Guid thing, ListQuery query, CancellationToken cancellationToken)
    {
        if (!Definition.TryPlan(query, groupId, cursors, out var plan, out var errors, within: thing.ToString()))
        {
            return (null, errors);
        }

        var page = await lists.ReadAsync(
            plan, "r.id, r.version, r.kind, r.changed_by, r.changed_at, r.changes", From, "true", [("group", groupId), ("thing", thing)], Read, cancellationToken);
        return (new ListOk<ThingVersionResponse>(page, plan.Fields), []);
    }

    private static ThingVersionResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetInt64(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetGuid(3), row.GetFieldValue<DateTimeOffset>(4),
        JsonElement.Parse(row.GetString(5)));
}
