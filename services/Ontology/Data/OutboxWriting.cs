using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;

namespace OnePlatform.Ontology.Data;

/// <summary>Writes events beside rows that are written by SQL, in one statement with them.</summary>
internal static class OutboxWriting
{
    /// <summary>Ends a statement that begins with <c>with done as (… returning …)</c>: the event is stored when a row was.</summary>
    public const string ForEachDone =
        """
        insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts)
        select @event_id, @event_type, @event_body, @trace_parent, @now, @now, 0 from done
        """;

    /// <summary>Lines of one event; more go into another, so that no message grows past what a broker likes.</summary>
    public const int MostLines = 500;

    public static void AddEvent(this NpgsqlParameterCollection parameters, IIntegrationEvent message)
    {
        var row = OutboxMessage.For(message);
        parameters.Add(new NpgsqlParameter<Guid>("event_id", row.EventId));
        parameters.Add(new NpgsqlParameter<string>("event_type", row.Type));
        parameters.Add(new NpgsqlParameter<string>("event_body", row.Body));
        parameters.AddText("trace_parent", row.TraceParent);
        parameters.Add(new NpgsqlParameter<DateTimeOffset>("now", row.CreatedAt));
    }

    /// <summary>Stores many events in one statement, in the transaction of <paramref name="connection"/>.</summary>
    public static async Task StoreAsync(this NpgsqlConnection connection, IReadOnlyList<IIntegrationEvent> messages, CancellationToken cancellationToken)
    {
        var rows = messages.Select(OutboxMessage.For).ToList();
        await using var command = new NpgsqlCommand(
            """
            insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts)
            select m.event_id, m.type, m.body, @trace_parent, m.created_at, m.created_at, 0
            from unnest(@ids, @types, @bodies, @times) with ordinality as m(event_id, type, body, created_at, place) order by m.place
            """, connection);
        command.Parameters.AddAll("ids", NpgsqlDbType.Uuid, rows.ConvertAll(r => r.EventId));
        command.Parameters.AddAll("types", NpgsqlDbType.Text, rows.ConvertAll(r => r.Type));
        command.Parameters.AddAll("bodies", NpgsqlDbType.Text, rows.ConvertAll(r => r.Body));
        command.Parameters.AddAll("times", NpgsqlDbType.TimestampTz, rows.ConvertAll(r => r.CreatedAt));
        command.Parameters.AddText("trace_parent", rows[0].TraceParent);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public static void AddAll<T>(this NpgsqlParameterCollection parameters, string name, NpgsqlDbType type, IEnumerable<T> values)
        => parameters.Add(new NpgsqlParameter<T[]>(name, NpgsqlDbType.Array | type) { TypedValue = [.. values] });

    public static void AddText(this NpgsqlParameterCollection parameters, string name, string? value)
        => parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value });

    public static void AddJson(this NpgsqlParameterCollection parameters, string name, string value)
        => parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Jsonb) { Value = value });

    public static void AddUuid(this NpgsqlParameterCollection parameters, string name, Guid? value)
        => parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.Uuid) { Value = (object?)value ?? DBNull.Value });

    public static void AddTime(this NpgsqlParameterCollection parameters, string name, DateTimeOffset? value)
        => parameters.Add(new NpgsqlParameter(name, NpgsqlDbType.TimestampTz) { Value = (object?)value ?? DBNull.Value });
}
