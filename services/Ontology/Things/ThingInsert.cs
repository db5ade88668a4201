using Npgsql;
using NpgsqlTypes;
using OnePlatform.Messaging;
using OnePlatform.Ontology.Data;

namespace OnePlatform.Ontology.Things;

/// <param name="IsComplete">No documented property is missing.</param>
/// <param name="Event">What tells of it.</param>
internal sealed record NewThing(ThingResponse Thing, bool IsComplete, OutboxMessage Event);

/// <summary>Stores things of one group, each with the event that tells of it, or neither.</summary>
internal static class ThingInsert
{
    // A thing in a group that is archived, or that is strict while something is missing, is not stored, and then nor is the event.
    private const string Sql =
        """
        with given as (
            select * from unnest(@ids, @types, @names, @properties, @statuses, @external_ids, @makers, @times, @complete, @events, @bodies, @traces)
                as i(id, type, name, properties, status, external_id, created_by, at, is_complete, event_id, body, trace_parent)),
        done as (
            insert into things (id, group_id, type, name, properties, status, external_id, created_by, version, created_at, updated_at)
            select i.id, g.id, i.type, i.name, i.properties, i.status, i.external_id, i.created_by, 1, i.at, i.at
            from given i, groups g
            where g.id = @group_id and g.status = 'active'
                and (i.is_complete or not coalesce((g.settings ->> 'strictProperties')::boolean, false))
            returning id),
        told as (
            insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts)
            select i.event_id, @event_type, i.body, i.trace_parent, i.at, i.at, 0 from given i join done d on d.id = i.id)
        select id from done
        """;

    /// <summary>Answers with the ids of what was stored; the command's rows tell how many those are.</summary>
    public static NpgsqlBatchCommand Of(IReadOnlyList<NewThing> things)
    {
        var command = new NpgsqlBatchCommand(Sql);
        var parameters = command.Parameters;
        parameters.AddUuid("group_id", things[0].Thing.GroupId);
        parameters.AddText("event_type", things[0].Event.Type);
        parameters.AddAll("ids", NpgsqlDbType.Uuid, things.Select(t => t.Thing.Id));
        parameters.AddAll("types", NpgsqlDbType.Text, things.Select(t => t.Thing.Type));
        parameters.AddAll("names", NpgsqlDbType.Text, things.Select(t => t.Thing.Name));
        parameters.AddAll("properties", NpgsqlDbType.Jsonb, things.Select(t => t.Thing.Properties.GetRawText()));
        parameters.AddAll("statuses", NpgsqlDbType.Text, things.Select(t => t.Thing.Status));
        parameters.AddAll("external_ids", NpgsqlDbType.Text, things.Select(t => t.Thing.ExternalId));
        parameters.AddAll("makers", NpgsqlDbType.Uuid, things.Select(t => t.Thing.CreatedBy));
        parameters.AddAll("times", NpgsqlDbType.TimestampTz, things.Select(t => t.Thing.CreatedAt));
        parameters.AddAll("complete", NpgsqlDbType.Boolean, things.Select(t => t.IsComplete));
        parameters.AddAll("events", NpgsqlDbType.Uuid, things.Select(t => t.Event.EventId));
        parameters.AddAll("bodies", NpgsqlDbType.Text, things.Select(t => t.Event.Body));
        parameters.AddAll("traces", NpgsqlDbType.Text, things.Select(t => t.Event.TraceParent));
        return command;
    }
}
