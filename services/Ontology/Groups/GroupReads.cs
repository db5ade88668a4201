using System.Data.Common;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Groups;

/// <summary>Lists and walks of the group tree.</summary>
internal sealed class GroupReads(OntologyDb db, GroupAccess access, GroupStore groups, ListReader lists, CursorSigner cursors)
{
    private const int MostNodes = 10_000;

    private const string Columns =
        """
        g.id, g.slug, g.name, g.type, g.parent_id, g.path, g.description, g.plan, g.settings, g.metadata, g.status, g.version,
        g.created_at, g.updated_at, g.archived_at
        """;

    public static ListDefinition Definition { get; } = new("ontology.groups", new FieldMap(
        Field.Id("g.id"),
        Field.String("slug", "g.slug").Sortable().Required().Searched(),
        Field.String("name", "g.name").Sortable().Required().Searched(),
        Field.Enum("type", "g.type", GroupTypes.All.Keys),
        Field.Enum("status", "g.status", Group.Active, Group.Archived),
        Field.Enum("plan", "g.plan", GroupPlans.Starter, GroupPlans.Pro, GroupPlans.Enterprise),
        Field.Uuid("parentGroupId", "g.parent_id"),
        Field.Text("description", "g.description"),
        Field.Json("metadata", "g.metadata"),
        Field.Json("settings", "g.settings"),
        Field.Shown("path"), Field.Shown("limits"), Field.Shown("version"), Field.Shown("archivedAt"),
        Field.Timestamp("createdAt", "g.created_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "g.updated_at").Sortable().Required()))
    {
        Parameters = [ListParameter.AnyOf("type"), ListParameter.AnyOf("status"), ListParameter.AnyOf("parentGroupId"), ListParameter.AnyOf("slug")],
        LiveWhen = "g.archived_at is null",
    };

    /// <summary>Every group for the platform's owner; for others the groups given to them, and with scope=subtree those below.</summary>
    public async Task<(ListOk<GroupResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Caller caller, ListQuery query, CancellationToken cancellationToken)
    {
        var grants = await access.EnterAsync(caller, cancellationToken);
        var reach = caller.Role == Role.PlatformOwner ? "true" : query.Scope == ListScope.Subtree ? "(g.path && @trees or g.id = any(@mine))" : "g.id = any(@mine)";
        return await PageAsync(caller, query, reach, [("mine", grants.Groups.ToArray()), ("trees", grants.Trees.ToArray())], "", cancellationToken);
    }

    /// <summary>The groups right below one that was reached.</summary>
    public Task<(ListOk<GroupResponse>? Page, IReadOnlyList<QueryError> Errors)> ChildrenAsync(
        Caller caller, Guid parent, ListQuery query, CancellationToken cancellationToken)
        => PageAsync(caller, query, "g.parent_id = @parent", [("parent", parent)], parent.ToString(), cancellationToken);

    /// <summary>The group and what lies below it, parents before their children.</summary>
    public async Task<IReadOnlyList<GroupNodeResponse>> HierarchyAsync(Group root, int maxDepth, CancellationToken cancellationToken)
    {
        var depth = root.Path.Length;
        return await groups.Subtree(root)
            .Where(g => g.Status == Group.Active && g.Path.Length <= depth + maxDepth)
            .OrderBy(g => g.PathKey)
            .Take(MostNodes)
            .Select(g => new GroupNodeResponse(g.Id, g.ParentId, g.Slug, g.Name, g.Type, g.Status, g.Path.Length - depth))
            .ToListAsync(cancellationToken);
    }

    /// <summary>From the topmost group the caller reaches down to this one; what lies above is not theirs to see.</summary>
    public async Task<IReadOnlyList<GroupNodeResponse>> PathAsync(Group group, CancellationToken cancellationToken)
    {
        var path = group.Path;
        var nodes = await db.Groups.Where(g => path.Contains(g.Id)).OrderBy(g => g.PathKey).ToListAsync(cancellationToken);
        return [.. nodes.Select((g, i) => new GroupNodeResponse(g.Id, g.ParentId, g.Slug, g.Name, g.Type, g.Status, i))];
    }

    private async Task<(ListOk<GroupResponse>?, IReadOnlyList<QueryError>)> PageAsync(
        Caller caller, ListQuery query, string reach, (string, object)[] own, string within, CancellationToken cancellationToken)
    {
        // The cursor is bound to whoever asked, because "theirs" differs from caller to caller.
        if (!Definition.TryPlan(query, caller.Id, cursors, out var plan, out var errors, within))
        {
            return (null, errors);
        }

        var page = await lists.ReadAsync(plan, Columns, "groups g", reach, own, Read, cancellationToken);
        return (new ListOk<GroupResponse>(page, plan.Fields), []);
    }

    private static GroupResponse Read(DbDataReader row)
    {
        var settings = JsonSerializer.Deserialize<GroupSettings>(row.GetString(8), ApiJson.Options)!;
        var plan = row.GetString(7);
        return new GroupResponse(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetGuid(4), row.GetFieldValue<Guid[]>(5),
            row.IsDBNull(6) ? null : row.GetString(6), plan, settings, GroupPlans.QuotasOf(plan, settings.Limits), JsonElement.Parse(row.GetString(9)),
            row.GetString(10), row.GetInt64(11), row.GetFieldValue<DateTimeOffset>(12), row.GetFieldValue<DateTimeOffset>(13),
            row.IsDBNull(14) ? null : row.GetFieldValue<DateTimeOffset>(14));
    }
}
