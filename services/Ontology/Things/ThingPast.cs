using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>Things as they were: what was changed since is undone, the latest change first.</summary>
internal sealed class ThingPast(NpgsqlDataSource dataSource, TenantScope scope)
{
    private const string PropertyPrefix = "properties.";

    /// <param name="thing">As it is.</param>
    /// <param name="asOf">The moment asked about.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>Null when it was not there yet.</returns>
    public async Task<ThingResponse?> FindAsync(ThingResponse thing, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        if (asOf < thing.CreatedAt)
        {
            return null;
        }

        await using var batch = dataSource.CreateTenantBatch(scope);
        // A change made since the thing was read is none of what is undone.
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            select version, kind, changed_at, changes from thing_revisions
            where group_id = $1 and thing_id = $2 and version <= $3 order by version desc
            """)
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = thing.GroupId }, new NpgsqlParameter<Guid> { TypedValue = thing.Id },
                new NpgsqlParameter<long> { TypedValue = thing.Version },
            },
        });
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        var fields = ThingEvents.Fields(thing);
        while (await row.ReadAsync(cancellationToken))
        {
            var changedAt = row.GetFieldValue<DateTimeOffset>(2);
            if (changedAt <= asOf)
            {
                return Make(thing, fields, row.GetInt64(0), changedAt, isArchived: row.GetString(1) == ThingEvents.ArchivedType);
            }

            Undo(fields, row.GetString(3));
        }

        return Make(thing, fields, version: 1, thing.CreatedAt, isArchived: false);
    }

    private static void Undo(JsonObject fields, string changes)
    {
        foreach (var (name, change) in JsonSerializer.Deserialize<Dictionary<string, FieldChange>>(changes, ApiJson.Options)!)
        {
            var (holder, member) = name.StartsWith(PropertyPrefix, StringComparison.Ordinal)
                ? (fields["properties"]!.AsObject(), name[PropertyPrefix.Length..])
                : (fields, name);
            holder.Remove(member);
            if (change.From is { } from)
            {
                holder[member] = JsonSerializer.SerializeToNode(from);
            }
        }
    }

    private static ThingResponse Make(ThingResponse thing, JsonObject fields, long version, DateTimeOffset changedAt, bool isArchived) => thing with
    {
        Name = (string)fields["name"]!,
        Status = (string)fields["status"]!,
        ExternalId = (string?)fields["externalId"],
        Properties = fields["properties"].Deserialize<JsonElement>(),
        Version = version,
        UpdatedAt = changedAt,
        ArchivedAt = isArchived ? changedAt : null,
    };
}
