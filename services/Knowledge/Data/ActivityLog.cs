using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Data;

/// <summary>Events that stand by themselves, with no row of this service changed.</summary>
internal sealed class ActivityLog(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal outbox)
{
    private const string Insert =
        "insert into outbox (event_id, type, body, trace_parent, created_at, due_at, attempts) values ($1, $2, $3, $4, $5, $5, 0)";

    public static NpgsqlBatchCommand InsertOf(IIntegrationEvent message)
    {
        var row = OutboxMessage.For(message);
        return new NpgsqlBatchCommand(Insert)
        {
            Parameters =
            {
                new() { Value = row.EventId }, new() { Value = row.Type }, new() { Value = row.Body },
                new() { Value = (object?)row.TraceParent ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text }, new() { Value = row.CreatedAt },
            },
        };
    }

    public async Task WriteAsync(ActivityLogged activity, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(InsertOf(activity));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Wake();
    }
}
