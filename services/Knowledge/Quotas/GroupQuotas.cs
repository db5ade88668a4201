using Npgsql;
using OnePlatform.ServiceDefaults;
using OnePlatform.Tenancy;

namespace OnePlatform.Knowledge.Quotas;

/// <param name="Knowledge">Rows.</param>
/// <param name="StorageBytes">Of rows of knowledge and their vectors.</param>
/// <param name="AiTokensPerMonth">Tokens of the language model.</param>
internal sealed record KnowledgeLimits(long? Knowledge, long? StorageBytes, long? AiTokensPerMonth)
{
    public static KnowledgeLimits None { get; } = new(null, null, null);
}

/// <summary>What a group may use: the least that it, or a group above it, is allowed. Null means no limit.</summary>
internal sealed class GroupQuotas(NpgsqlDataSource dataSource)
{
    private const string Sql =
        $"""
        select min((g.limits ->> 'Knowledge')::bigint), min((g.limits ->> 'StorageBytes')::bigint), min((g.limits ->> 'AiTokensPerMonth')::bigint)
        from {GroupNode.Table} me join {GroupNode.Table} g on g.id = any (me.path) where me.id = $1
        """;

    public async Task<KnowledgeLimits> FindAsync(Guid groupId, CancellationToken cancellationToken)
    {
        // A group does not see what lies above it, yet is held to it.
        var system = new TenantScope();
        system.ActAsSystem();
        await using var batch = dataSource.CreateTenantBatch(system);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Sql) { Parameters = { new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new KnowledgeLimits(At(0), At(1), At(2)) : KnowledgeLimits.None;

        long? At(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
    }
}
