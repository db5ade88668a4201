using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Ontology.Data;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Things;

/// <summary>Keeps what each change made of a thing, beside the change and in its transaction.</summary>
internal static class RevisionWriting
{
    private const string Insert =
        """
        insert into thing_revisions (thing_id, version, id, group_id, kind, changed_by, changed_at, changes)
        select r.thing_id, r.version, r.id, r.group_id, r.kind, @changed_by, r.changed_at, r.changes
        from unnest(@things, @versions, @revisions, @groups, @kinds, @times, @changes) as r(thing_id, version, id, group_id, kind, changed_at, changes)
        """;

    /// <param name="connection">In the transaction of the change.</param>
    /// <param name="changedBy">The caller.</param>
    /// <param name="lines">As the event log gets them.</param>
    /// <param name="cancellationToken">Ends the statement.</param>
    public static async Task StoreAsync(NpgsqlConnection connection, Guid changedBy, List<LogLine> lines, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { InsertOf(changedBy, lines) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public static NpgsqlBatchCommand InsertOf(Guid changedBy, List<LogLine> lines)
    {
        var command = new NpgsqlBatchCommand(Insert);
        var parameters = command.Parameters;
        parameters.AddUuid("changed_by", changedBy);
        parameters.AddAll("things", NpgsqlDbType.Uuid, lines.ConvertAll(l => l.TargetId!.Value));
        parameters.AddAll("versions", NpgsqlDbType.Bigint, lines.ConvertAll(l => l.TargetVersion!.Value));
        parameters.AddAll("revisions", NpgsqlDbType.Uuid, lines.ConvertAll(l => l.Id));
        parameters.AddAll("groups", NpgsqlDbType.Uuid, lines.ConvertAll(l => l.GroupId!.Value));
        parameters.AddAll("kinds", NpgsqlDbType.Text, lines.ConvertAll(l => l.Type));
        parameters.AddAll("times", NpgsqlDbType.TimestampTz, lines.ConvertAll(l => l.OccurredAt));
        parameters.AddAll("changes", NpgsqlDbType.Jsonb, lines.ConvertAll(l => JsonSerializer.Serialize(
            l.Changes ?? new Dictionary<string, FieldChange>(), ApiJson.Options)));
        return command;
    }
}
