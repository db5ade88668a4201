using Npgsql;
using OnePlatform.Contracts;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Data;

/// <summary>Events that stand by themselves, with no row of this service changed.</summary>
internal sealed class ActivityLog(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal outbox)
{
    public async Task WriteAsync(ActivityLogged activity, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(OutboxMessage.InsertOf(activity));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        outbox.Wake();
    }
}
