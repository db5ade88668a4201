using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Knowledge.Records;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Knowledge.Quotas;

/// <summary>
/// Whether a group has room for more knowledge. How many passages a document has is known when it was read, so one may come as long as
/// anything is left; far from the limits a measurement holds for a while.
/// </summary>
internal sealed class KnowledgeRoom(NpgsqlDataSource dataSource, GroupQuotas quotas, TimeProvider clock)
{
    /// <summary>What rows take: a KiB each, their text, their metadata, and eight bytes for each number of a vector.</summary>
    private const string Bytes = "coalesce(sum(1024 + coalesce(octet_length(k.text), 0) + pg_column_size(k.metadata) + 8 * coalesce(k.embedding_dimensions, 0)), 0)::bigint";

    /// <summary>For every group that ever had knowledge. What follows a thing is counted with the things.</summary>
    public const string EveryGroup =
        $"""
        with sizes as (
            select s.group_id, count(k.id) as rows, {Bytes} as bytes
            from (select group_id from index_state union select group_id from {KnowledgeRecord.Table}) s
            left join {KnowledgeRecord.Table} k on k.group_id = s.group_id and not k.follows_thing group by 1)
        select group_id, 'knowledge', rows from sizes union all select group_id, 'storage', bytes from sizes
        """;

    private const string OneGroup =
        $"select count(k.id), {Bytes} from {KnowledgeRecord.Table} k where k.group_id = $1 and not k.follows_thing";

    // More than comes before the next measurement.
    private const long LeastRows = 1000;
    private const long LeastBytes = 64 << 20;

    private const int MostGroups = 50_000;
    private const int Stripes = 64;
    private const int Seldom = 50;

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim[] _measuring = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _roomyUntil = new();

    /// <returns>Null when there is room.</returns>
    public async ValueTask<ProblemHttpResult?> RefusalAsync(Guid groupId, CancellationToken cancellationToken)
    {
        if (IsRoomy(groupId))
        {
            return null;
        }

        // Measuring a large group takes a while; one request does it for all that came meanwhile.
        var measuring = _measuring[(uint)groupId.GetHashCode() % Stripes];
        await measuring.WaitAsync(cancellationToken);
        try
        {
            return IsRoomy(groupId) ? null : await MeasureAsync(groupId, cancellationToken);
        }
        finally
        {
            measuring.Release();
        }
    }

    private bool IsRoomy(Guid groupId) => _roomyUntil.TryGetValue(groupId, out var until) && until > clock.GetUtcNow();

    private async Task<ProblemHttpResult?> MeasureAsync(Guid groupId, CancellationToken cancellationToken)
    {
        var (limits, started) = (await quotas.FindAsync(groupId, cancellationToken), Stopwatch.GetTimestamp());
        var (rows, bytes) = limits is { Knowledge: null, StorageBytes: null } ? (0, 0) : await CountAsync(groupId, cancellationToken);
        if (rows >= limits.Knowledge)
        {
            return Problems.Forbidden("quota_exceeded", $"The group has {rows} of at most {limits.Knowledge} rows of knowledge; a larger plan allows more.");
        }

        if (bytes >= limits.StorageBytes)
        {
            return Problems.Forbidden("quota_exceeded", $"The group's knowledge takes {bytes} of at most {limits.StorageBytes} bytes; a larger plan allows more.");
        }

        if (IsFar(rows, limits.Knowledge, LeastRows) && IsFar(bytes, limits.StorageBytes, LeastBytes))
        {
            if (_roomyUntil.Count > MostGroups)
            {
                _roomyUntil.Clear();
            }

            var took = Stopwatch.GetElapsedTime(started) * Seldom;
            _roomyUntil[groupId] = clock.GetUtcNow() + (took > s_fresh ? took : s_fresh);
        }

        return null;
    }

    private static bool IsFar(long used, long? most, long least) => most is null || (used < most / 10 * 9 && most - used >= least);

    private async Task<(long Rows, long Bytes)> CountAsync(Guid groupId, CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActIn(groupId);
        await using var batch = dataSource.CreateTenantBatch(scope);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(OneGroup) { Parameters = { new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }
}

internal static class KnowledgeRoomFilter
{
    /// <summary>Refuses with 403 <c>quota_exceeded</c> who adds knowledge to a group that is full.</summary>
    public static RouteHandlerBuilder NeedsRoom(this RouteHandlerBuilder route) => route.AddEndpointFilter(async (context, next) =>
        context.HttpContext.CallerOrNull()?.GroupId is { } group
        && await context.HttpContext.RequestServices.GetRequiredService<KnowledgeRoom>().RefusalAsync(group, context.HttpContext.RequestAborted) is { } refusal
            ? refusal
            : await next(context));
}
