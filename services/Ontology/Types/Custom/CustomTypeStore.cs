using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.Ontology.Http;
using OnePlatform.Querying.Documents;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Ontology.Types.Custom;

/// <summary>Makes, changes and removes the types of a group, each alone with the rows that have the type.</summary>
internal sealed class CustomTypeStore(
    NpgsqlDataSource dataSource, TypeCatalog catalog, OutboxSignal outbox, RequestOrigin origin, TimeProvider clock)
{
    public const int MostTypes = 200;

    // A name means one thing on every way from the top down, so whoever gives one does so alone.
    private const string NamesAlone = "select pg_advisory_xact_lock(hashtextextended('types/names', 0))";
    private const string TypeAlone = "select pg_advisory_xact_lock(hashtextextended('types/' || $1::text, 0))";

    /// <summary>Nobody else makes a type, or moves a group with its types, until the transaction ends.</summary>
    public static Task HoldNamesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => RunAsync(connection, NamesAlone, cancellationToken);

    /// <returns>The problem; null when it is made.</returns>
    public async Task<ProblemHttpResult?> CreateAsync(Caller caller, Guid groupId, string kind, string name, string definition, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(cancellationToken);
        var connection = transaction.Connection;
        await HoldNamesAsync(connection, cancellationToken);
        var taken = await CountAsync(
            connection,
            """
            select count(*) from custom_types t join groups g on g.id = t.group_id join groups me on me.id = $1
            where t.kind = $2 and t.name = $3 and (t.group_id = any (me.path) or me.id = any (g.path))
            """,
            cancellationToken, groupId, kind, name);
        if (taken > 0)
        {
            return TypeProblems.Exists(name);
        }

        if (await CountAsync(connection, "select count(*) from custom_types where group_id = $1", cancellationToken, groupId) >= MostTypes)
        {
            return TypeProblems.TooMany(MostTypes);
        }

        if (await GroupFacts.FindAsync(connection, groupId, cancellationToken) is not { IsActive: true })
        {
            return Things.ThingProblems.GroupArchived();
        }

        var now = clock.GetUtcNow();
        var type = new CustomType(Guid.CreateVersion7(now), groupId, Version: 1);
        await RunAsync(
            connection,
            """
            insert into custom_types (id, group_id, kind, name, definition, version, created_by, created_at, updated_at)
            values ($1, $2, $3, $4, $5::json, 1, $6, $7, $7)
            """,
            cancellationToken, type.Id, groupId, kind, name, definition, caller.Id, now);
        await TellAsync(connection, type, "type_created", new { Kind = kind, Name = name }, null, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Changed();
        return null;
    }

    /// <param name="type">As it was read.</param>
    /// <param name="kind">What it is a type of.</param>
    /// <param name="name">Its name.</param>
    /// <param name="before">Its definition.</param>
    /// <param name="after">What it is to be.</param>
    /// <param name="ifMatch">The version that the caller read.</param>
    /// <param name="check">What is stored already and would not fit any more; no writer of the type is beside it.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>The problem; null when it is changed.</returns>
    public async Task<ProblemHttpResult?> ChangeAsync(
        CustomType type, string kind, string name, JsonObject before, JsonObject after, IfMatch ifMatch,
        Func<NpgsqlConnection, CancellationToken, Task<IReadOnlyList<ProblemError>>> check, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(cancellationToken);
        var connection = transaction.Connection;
        await RunAsync(connection, TypeAlone, cancellationToken, type.Id);
        if (await RefuseAsync(connection, type, ifMatch, cancellationToken) is { } refused)
        {
            return refused;
        }

        var misfits = await check(connection, cancellationToken);
        if (misfits.Count > 0)
        {
            return TypeProblems.Incompatible(misfits);
        }

        var now = clock.GetUtcNow();
        var changed = await RunAsync(
            connection, "update custom_types set definition = $2::json, version = version + 1, updated_at = $3 where id = $1 and version = $4",
            cancellationToken, type.Id, after.ToJsonString(), now, type.Version);
        if (changed == 0)
        {
            return TypeProblems.Changed();
        }

        var changes = FieldChanges.Between(before, after);
        await TellAsync(
            connection, type with { Version = type.Version + 1 }, "type_updated", new { Kind = kind, Name = name, Changes = changes.Keys }, changes, now,
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Changed();
        return null;
    }

    /// <param name="type">As it was read.</param>
    /// <param name="kind">What it is a type of.</param>
    /// <param name="name">Its name.</param>
    /// <param name="ifMatch">The version that the caller read.</param>
    /// <param name="table">Where its rows are; null when they are not here.</param>
    /// <param name="cancellationToken">Ends the count.</param>
    public async Task<ProblemHttpResult?> RemoveAsync(
        CustomType type, string kind, string name, IfMatch ifMatch, string? table, CancellationToken cancellationToken)
    {
        await using var transaction = await BeginAsync(cancellationToken);
        var connection = transaction.Connection;
        await RunAsync(connection, TypeAlone, cancellationToken, type.Id);
        if (await RefuseAsync(connection, type, ifMatch, cancellationToken) is { } refused)
        {
            return refused;
        }

        if (table is not null && await CountAsync(
            connection, $"select count(*) from {table} r join groups g on g.id = r.group_id where r.type = $2 and $1 = any (g.path)",
            cancellationToken, type.GroupId, name) is > 0 and var used)
        {
            return TypeProblems.InUse(used, table);
        }

        if (await RunAsync(connection, "delete from custom_types where id = $1 and version = $2", cancellationToken, type.Id, type.Version) == 0)
        {
            return TypeProblems.Changed();
        }

        var now = clock.GetUtcNow();
        await TellAsync(connection, type with { Version = type.Version + 1 }, "type_deleted", new { Kind = kind, Name = name }, null, now, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Changed();
        return null;
    }

    private static async Task<ProblemHttpResult?> RefuseAsync(
        NpgsqlConnection connection, CustomType type, IfMatch ifMatch, CancellationToken cancellationToken)
        => await GroupFacts.FindAsync(connection, type.GroupId, cancellationToken) is not { IsActive: true } group
            ? Things.ThingProblems.GroupArchived()
            : ifMatch.Refuse(type.Id, type.Version, group.RequireIfMatch);

    private void Changed()
    {
        catalog.Forget();
        outbox.Wake();
    }

    // The groups below inherit the type and have rows of it, also those that keep their parents from reading them.
    private Task<TenantTransaction> BeginAsync(CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        return dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
    }

    private async Task TellAsync(
        NpgsqlConnection connection, CustomType type, string what, object metadata, IReadOnlyDictionary<string, FieldChange>? changes, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var line = new LogLine(
            Guid.CreateVersion7(now), type.GroupId, what, now, type.Id, "type", JsonSerializer.SerializeToElement(metadata, ApiJson.Options), changes, type.Version);
        await connection.StoreAsync([new TypesChanged(Guid.CreateVersion7(now), now, origin.Current, [line], type.GroupId)], cancellationToken);
    }

    private static async Task<long> CountAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = Command(connection, sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
