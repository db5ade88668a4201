using System.Data.Common;
using Npgsql;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People;

/// <summary>The groups of a person, as far as the unit of work sees them.</summary>
internal sealed class PersonGroups(NpgsqlDataSource dataSource, TenantScope scope, ListReader lists, CursorSigner cursors)
{
    private const string Columns = "g.id, g.slug, g.name, g.type, g.status, m.role, m.joined_at";
    private const string From = "memberships m join groups g on g.id = m.group_id";
    private const string OfPerson = "m.person_id = @person and m.left_at is null";

    public static ListDefinition Definition { get; } = new("ontology.person-groups", new FieldMap(
        Field.Id("g.id"),
        Field.String("slug", "g.slug").Sortable().Required().Searched(),
        Field.String("name", "g.name").Sortable().Required().Searched(),
        Field.String("type", "g.type"),
        Field.String("status", "g.status"),
        Field.Enum("role", "m.role", "group_owner", "group_user", "customer"),
        Field.Timestamp("joinedAt", "m.joined_at").Sortable().Required(),
        Field.Shown("groupId")))
    {
        Parameters = [ListParameter.AnyOf("role"), ListParameter.AnyOf("type"), ListParameter.AnyOf("status")],
        DefaultSort = "joinedAt",
    };

    public async Task<(ListOk<PersonGroupResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Caller caller, Guid person, ListQuery query, CancellationToken cancellationToken)
    {
        // What is seen differs from caller to caller, so the cursor is bound to both.
        if (!Definition.TryPlan(query, caller.Id, cursors, out var plan, out var errors, within: $"{caller.GroupId}{person}"))
        {
            return (null, errors);
        }

        var page = await lists.ReadAsync(plan, Columns, From, OfPerson, [("person", person)], Read, cancellationToken);
        return (new ListOk<PersonGroupResponse>(page, plan.Fields), []);
    }

    public async Task<bool> AnyAsync(Guid person, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select 1 from {From} where {OfPerson} limit 1")
        {
            Parameters = { new NpgsqlParameter<Guid>("person", person) },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken);
    }

    private static PersonGroupResponse Read(DbDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetFieldValue<DateTimeOffset>(6));
}
