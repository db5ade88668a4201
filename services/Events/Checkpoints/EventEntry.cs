namespace OnePlatform.Events.Checkpoints;

/// <summary>
/// An event as the tree knows it: all that is kept of it, as JSON text that PostgreSQL always writes the same way. This must never change;
/// what is kept beside it from now on needs another entry for the events that have it.
/// </summary>
internal static class EventEntry
{
    public const string Sql =
        """
        jsonb_build_object(
            'id', e.id, 'position', e.position, 'groupId', e.group_id, 'type', e.type, 'source', e.source, 'actorKind', e.actor_kind,
            'actorId', e.actor_id, 'onBehalfOf', e.on_behalf_of, 'targetId', e.target_id, 'targetKind', e.target_kind, 'targetVersion', e.target_version,
            'occurredAt', to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'recordedAt', to_char(e.recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            'metadata', e.metadata, 'changes', e.changes, 'requestId', e.request_id, 'traceId', e.trace_id, 'ip', e.ip, 'userAgent', e.user_agent)::text
        """;

    /// <summary>The hash of an entry by RFC 9162, section 2.1.1; in the database, which then sends 32 bytes for each event.</summary>
    public const string Leaf = $"sha256('\\x00'::bytea || convert_to({Sql}, 'UTF8'))";

    public const string Leaves = $"select e.position, {Leaf} from events e where e.group_id = $1 and e.position between $2 and $3 order by e.position";
}
