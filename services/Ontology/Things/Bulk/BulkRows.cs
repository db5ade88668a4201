using Npgsql;
using NpgsqlTypes;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things.Bulk;

/// <summary>The things that a bulk change is about, kept from other writers until its transaction ends.</summary>
internal static class BulkRows
{
    public static async Task<Dictionary<Guid, ThingResponse>> LockAsync(
        NpgsqlConnection connection, Guid groupId, List<Guid> ids, CancellationToken cancellationToken)
    {
        // In one order, so that two bulk changes of the same things wait for each other instead of failing each other.
        await using var command = new NpgsqlCommand(
            $"select {ThingRow.Columns} from things t where t.group_id = @group_id and t.id = any(@ids) order by t.id for update", connection);
        command.Parameters.AddUuid("group_id", groupId);
        command.Parameters.AddAll("ids", NpgsqlDbType.Uuid, ids);
        var found = new Dictionary<Guid, ThingResponse>(ids.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var thing = ThingRow.Read(reader);
            found[thing.Id] = thing;
        }

        return found;
    }

    /// <summary>The thing, if the caller may change it; null when not, and the faults say why.</summary>
    public static ThingResponse? Find(
        Dictionary<Guid, ThingResponse> found, Guid id, int index, Caller caller, GroupFacts group, long? version, BulkFaults faults)
    {
        if (!found.TryGetValue(id, out var thing))
        {
            faults.Add(index, "not_found", "There is no such thing.", "/id");
        }
        else if (!ThingProblems.MayChange(caller, thing))
        {
            faults.Add(index, ProblemCodes.InsufficientRole, "Only an owner of the group changes what others made.");
        }
        else if (thing.ArchivedAt is not null)
        {
            faults.Add(index, "archived", "The thing is archived; restore it first.");
        }
        else if (version is null && group.RequireIfMatch)
        {
            faults.Add(index, "precondition_required", "This group asks for the version that was read.", "/version");
        }
        else if (version is not null && version != thing.Version)
        {
            faults.Add(index, "precondition_failed", "The thing has changed since it was read.", "/version");
        }
        else
        {
            return thing;
        }

        return null;
    }
}
