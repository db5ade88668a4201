using System.Data.Common;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;

namespace OnePlatform.Ontology.People.Invitations;

/// <summary>Invitations nobody has answered.</summary>
internal sealed class InvitationReads(ListReader lists, CursorSigner cursors, TimeProvider clock)
{
    private const string Columns = "i.id, i.group_id, i.email, i.name, i.role, i.invited_by, i.created_at, i.expires_at";

    public static ListDefinition Definition { get; } = new("ontology.invitations", new FieldMap(
        Field.Id("i.id"),
        Field.String("email", "i.email").Sortable().Required().Searched(),
        Field.String("name", "i.name"),
        Field.Enum("role", "i.role", "group_owner", "group_user", "customer"),
        Field.Uuid("invitedBy", "i.invited_by"),
        Field.Timestamp("createdAt", "i.created_at").Sortable().Required(),
        Field.Timestamp("expiresAt", "i.expires_at").Sortable().Required(),
        Field.Shown("groupId"), Field.Shown("status")))
    {
        Parameters = [ListParameter.AnyOf("role"), ListParameter.AnyOf("email")],
    };

    public async Task<(ListOk<InvitationResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        if (!Definition.TryPlan(query, groupId, cursors, out var plan, out var errors))
        {
            return (null, errors);
        }

        var now = clock.GetUtcNow();
        var page = await lists.ReadAsync(
            plan, Columns, "invitations i", "i.group_id = @group and i.closed_at is null", [("group", groupId)], row => Read(row, now), cancellationToken);
        return (new ListOk<InvitationResponse>(page, plan.Fields), []);
    }

    private static InvitationResponse Read(DbDataReader row, DateTimeOffset now)
    {
        var expiresAt = row.GetFieldValue<DateTimeOffset>(7);
        return new InvitationResponse(
            row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4),
            expiresAt > now ? "pending" : "expired", row.IsDBNull(5) ? null : row.GetGuid(5), row.GetFieldValue<DateTimeOffset>(6), expiresAt);
    }
}
