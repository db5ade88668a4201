using System.Data.Common;
using System.Text.Json;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;
using OnePlatform.Querying;
using OnePlatform.Querying.Fields;
using OnePlatform.Querying.Lists;
using OnePlatform.Querying.Projections;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.People;

internal enum PersonChange
{
    Done,
    Outrun,
    LastOwner,
}

internal sealed record FoundPerson(PersonResponse Person, GroupFacts Group);

/// <summary>The people of a group.</summary>
internal sealed class PersonStore(NpgsqlDataSource dataSource, TenantScope scope, ListReader lists, CursorSigner cursors, OutboxSignal outbox)
{
    private const string Columns =
        """
        m.person_id, m.group_id, u.name, u.email, m.role, m.permissions, m.profile, m.invited_by, m.version, m.joined_at, m.updated_at, m.left_at
        """;

    // The first column after these.
    private const int NextColumn = 12;

    private const string One = "m.group_id = $1 and m.person_id = $2 and m.left_at is null";

    private const string From = "memberships m left join users u on u.id = m.person_id";

    // Whoever ends or lowers an ownership in a group does so alone, and looks only after the others have committed.
    private const string Lock = "select pg_advisory_xact_lock(hashtextextended('owners/' || $1::text, 0))";

    private const string Update =
        $"""
         with done as (
             update memberships set role = @role, permissions = @permissions, profile = @profile, left_at = @left_at, updated_at = @now, version = version + 1
             where group_id = @group_id and person_id = @person_id and version = @version and left_at is null
                 and (not @ends_ownership or exists (
                     select from memberships o
                     where o.group_id = @group_id and o.person_id <> @person_id and o.role = 'group_owner' and o.left_at is null))
             returning person_id)
         {OutboxWriting.ForEachDone}
         """;

    public static ListDefinition Definition { get; } = new("ontology.people", new FieldMap(
        Field.Id("m.person_id"),
        Field.String("name", "coalesce(u.name, '')").Sortable().Required().Searched(),
        Field.String("email", "u.email").Searched(),
        Field.Enum("role", "m.role", "group_owner", "group_user", "customer"),
        Field.StringArray("permissions", "m.permissions"),
        Field.Json("profile", "m.profile"),
        Field.Uuid("invitedBy", "m.invited_by"),
        Field.Timestamp("joinedAt", "m.joined_at").Sortable().Required(),
        Field.Timestamp("updatedAt", "m.updated_at").Sortable().Required(),
        Field.Shown("groupId"), Field.Shown("status"), Field.Shown("version"), Field.Shown("archivedAt")))
    {
        Parameters = [ListParameter.AnyOf("role"), ListParameter.AnyOf("email")],
        LiveWhen = "m.left_at is null",
        DefaultSort = "joinedAt",
    };

    public async Task<(ListOk<PersonResponse>? Page, IReadOnlyList<QueryError> Errors)> ListAsync(
        Guid groupId, ListQuery query, CancellationToken cancellationToken)
    {
        if (!Definition.TryPlan(query, groupId, cursors, out var plan, out var errors))
        {
            return (null, errors);
        }

        var page = await lists.ReadAsync(plan, Columns, From, "m.group_id = @group", [("group", groupId)], Read, cancellationToken);
        return (new ListOk<PersonResponse>(page, plan.Fields), []);
    }

    public async Task<PersonResponse?> FindAsync(Guid groupId, Guid person, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"select {Columns} from {From} where {One}")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = groupId }, new NpgsqlParameter<Guid> { TypedValue = person } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The person and what a change must know of the group.</summary>
    public async Task<FoundPerson?> FindForChangeAsync(Guid groupId, Guid person, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            $"select {Columns}, {GroupFacts.Columns} from {From} join groups g on g.id = m.group_id where {One}")
        {
            Parameters = { new NpgsqlParameter<Guid> { TypedValue = groupId }, new NpgsqlParameter<Guid> { TypedValue = person } },
        });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new FoundPerson(Read(reader), GroupFacts.Read(reader, NextColumn)) : null;
    }

    /// <summary>Stores <paramref name="after"/> on the condition that <paramref name="before"/> is still what is there.</summary>
    public async Task<PersonChange> ChangeAsync(
        PersonResponse before, PersonResponse after, IIntegrationEvent change, CancellationToken cancellationToken)
    {
        var owner = RoleNames.NameOf(Role.GroupOwner);
        var endsOwnership = before.Role == owner && (after.Role != owner || after.ArchivedAt is not null);
        await using var batch = dataSource.CreateTenantBatch(scope);
        if (endsOwnership)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(Lock) { Parameters = { new NpgsqlParameter<Guid> { TypedValue = before.GroupId } } });
        }

        var update = new NpgsqlBatchCommand(Update);
        var parameters = update.Parameters;
        parameters.AddText("role", after.Role);
        parameters.Add(new NpgsqlParameter<string[]>("permissions", [.. after.Permissions]));
        parameters.AddJson("profile", after.Profile.GetRawText());
        parameters.AddTime("left_at", after.ArchivedAt);
        parameters.AddUuid("group_id", before.GroupId);
        parameters.AddUuid("person_id", before.Id);
        parameters.Add(new NpgsqlParameter<long>("version", before.Version));
        parameters.Add(new NpgsqlParameter<bool>("ends_ownership", endsOwnership));
        parameters.AddEvent(change);
        batch.BatchCommands.Add(update);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        if (update.RecordsAffected > 0)
        {
            outbox.Wake();
            return PersonChange.Done;
        }

        return await FindAsync(before.GroupId, before.Id, cancellationToken) is { } now && now.Version == before.Version
            ? PersonChange.LastOwner
            : PersonChange.Outrun;
    }

    private static PersonResponse Read(DbDataReader row)
    {
        DateTimeOffset? left = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11);
        return new PersonResponse(
            row.GetGuid(0), row.GetGuid(1), row.IsDBNull(2) ? null : row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4),
            row.GetFieldValue<string[]>(5), JsonElement.Parse(row.GetString(6)), left is null ? "active" : "left",
            row.IsDBNull(7) ? null : row.GetGuid(7), row.GetInt64(8), row.GetFieldValue<DateTimeOffset>(9), row.GetFieldValue<DateTimeOffset>(10), left);
    }
}
