using System.Data.Common;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People.JoinRequests;

/// <summary>The requests to join a group, the pending ones unless asked for others.</summary>
internal sealed class JoinRequestList(TenantScope scope, ListReader lists, CursorSigner cursors)
{
    private const string Columns = "r.id, r.group_id, r.person_id, u.name, u.email, r.message, r.status, r.role, r.created_at, r.decided_by, r.decided_at";
    private const string From = "join_requests r left join users u on u.id = r.person_id";

    public static ListDefinition Definition { get; } = new("ontology.join-requests", new FieldMap(
        Field.Id("r.id"),
        Field.Uuid("personId", "r.person_id"),
        Field.Enum("status", "r.status", JoinRequest.Pending, JoinRequest.Approved, JoinRequest.Rejected),
        Field.Timestamp("createdAt", "r.created_at").Sortable().Required(),
        Field.Timestamp("decidedAt", "r.decided_at"),
        Field.Shown("groupId"), Field.Shown("name"), Field.Shown("email"), Field.Shown("message"), Field.Shown("role"), Field.Shown("decidedBy")))
    {
        Parameters = [ListParameter.AnyOf("status")],
        LiveWhen = "r.decided_at is null",
    };

    public async Task<(ListOk<JoinRequestResponse>? Page, IReadOnlyList<QueryError> Errors)> ReadAsync(
        Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        if (!Definition.TryPlan(query, groupId, cursors, out var plan, out var errors))
        {
            return (null, errors);
        }

        scope.ActIn(groupId);
        var page = await lists.ReadAsync(plan, Columns, From, "r.group_id = @group", [("group", groupId)], Read, cancellationToken);
        return (new ListOk<JoinRequestResponse>(page, plan.Fields), []);
    }

    private static JoinRequestResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5), row.GetString(6), row.IsDBNull(7) ? null : row.GetString(7), row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? null : row.GetGuid(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10));
}
