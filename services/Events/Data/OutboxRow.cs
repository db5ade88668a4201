using Npgsql;
using NpgsqlTypes;
using OnePlatform.Contracts;
using OnePlatform.Messaging;

namespace OnePlatform.Events.Data;

/// <summary>Stores an event beside rows that are written by SQL, in one transaction with them.</summary>
internal static class OutboxRow
{
    private const string Insert =
        """
        insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts) values ($1, $2, $3, $4, $5, $5, 0)
        """;

    public static NpgsqlBatchCommand InsertOf(IIntegrationEvent message)
    {
        var row = OutboxMessage.For(message);
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = row.EventId },
                new() { Value = row.Type },
                new() { Value = row.Body },
                new() { Value = (object?)row.TraceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = row.CreatedAt },
            },
        };
    }
}
