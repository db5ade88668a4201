using Npgsql;
using OnePlatform.Messaging;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Index;

/// <summary>Changes knowledge and its index together, in one transaction and one round trip.</summary>
internal sealed class RecordWriter(NpgsqlDataSource dataSource, TenantScope scope, OutboxSignal outbox)
{
    public RecordBatch Begin(Guid groupId) => new(dataSource.CreateTenantBatch(scope), groupId, outbox, isSearched: true);

    /// <summary>For rows that search does not look at.</summary>
    public RecordBatch BeginApart(Guid groupId) => new(dataSource.CreateTenantBatch(scope), groupId, outbox, isSearched: false);
}
