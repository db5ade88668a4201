using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using OnePlatform.Ontology.Groups;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Ontology.Quotas;

internal enum Quota
{
    Things,
    Connections,
    Users,
    ChildGroups,

    // Others count these, and hold groups to them; here they are only shown.
    ApiCallsPerMonth,
    AiTokensPerMonth,
    StorageBytes,
    Knowledge,
}

/// <summary>
/// Holds writers to their group's quotas without counting rows for each of them. Far from a limit a process lets a share of the room
/// through on its own; close to it every writer counts, one after the other, inside its transaction, so that nobody passes the limit.
/// </summary>
internal sealed class QuotaGate(NpgsqlDataSource dataSource, TimeProvider clock)
{
    // So many processes can let their shares through at once and still not pass the limit together.
    private const int Shares = 16;

    // Below it a share could still be on its way, not yet committed, while others count the last free places.
    private const int LeastShare = 256;
    private const int MostGroups = 50_000;
    private const int Stripes = 64;

    private const string WaitForOthers = "select pg_advisory_xact_lock(hashtextextended('quota/' || $1::text || '/' || $2, 0))";

    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim[] _measuring = [.. Enumerable.Range(0, Stripes).Select(_ => new SemaphoreSlim(1, 1))];
    private readonly ConcurrentDictionary<(Guid Group, Quota Quota), Allowance> _allowances = new();

    /// <summary>Counts in the transaction of <paramref name="connection"/>, after every other writer who had to.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="groupId">The group written to.</param>
    /// <param name="quota">What is written.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="limit">What <see cref="AskAsync"/> said; asked before, because a writer that waits must not want a second connection.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="written">Whether they are there already, in this transaction.</param>
    /// <returns>The problem; null to go on.</returns>
    public static async Task<ProblemHttpResult?> RefuseAsync(
        NpgsqlConnection connection, Guid groupId, Quota quota, int count, QuotaLimit? limit, CancellationToken cancellationToken, bool written = false)
    {
        if (limit is null)
        {
            return null;
        }

        await WaitAsync(connection, groupId, quota, limit, cancellationToken);
        await using var counting = new NpgsqlCommand(CountOf(quota), connection) { Parameters = { new() { Value = groupId } } };
        var used = (long)(await counting.ExecuteScalarAsync(cancellationToken))! - (written ? count : 0);
        return used + count <= limit.Most ? null : QuotaProblems.Exceeded(quota, used, limit);
    }

    /// <summary>Waits for every other writer who has to count, as <see cref="RefuseAsync"/> does: for who must count after locks that others take later.</summary>
    public static async Task WaitAsync(NpgsqlConnection connection, Guid groupId, Quota quota, QuotaLimit? limit, CancellationToken cancellationToken)
    {
        if (limit is not null)
        {
            await using var wait = new NpgsqlCommand(WaitForOthers, connection) { Parameters = { new() { Value = groupId }, new() { Value = quota.ToString() } } };
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>Runs the statements that write <paramref name="count"/> rows, in a transaction of their own, unless the quota is used up.</summary>
    /// <returns>The problem; null when they ran.</returns>
    public async Task<ProblemHttpResult?> RunAsync(
        TenantScope scope, Guid groupId, Quota quota, int count, IReadOnlyList<NpgsqlBatchCommand> commands, CancellationToken cancellationToken)
        => await RunWithinAsync(await AskAsync(groupId, quota, count, cancellationToken), scope, groupId, quota, count, commands, cancellationToken);

    /// <summary>The same for who has asked already.</summary>
    public async Task<ProblemHttpResult?> RunWithinAsync(
        QuotaLimit? limit, TenantScope scope, Guid groupId, Quota quota, int count, IReadOnlyList<NpgsqlBatchCommand> commands, CancellationToken cancellationToken)
    {
        if (limit is null)
        {
            await using var batch = dataSource.CreateTenantBatch(scope);
            await ExecuteAsync(batch, commands, cancellationToken);
            return null;
        }

        await using var transaction = await dataSource.BeginTenantTransactionAsync(scope, cancellationToken);
        if (await RefuseAsync(transaction.Connection, groupId, quota, count, limit, cancellationToken) is { } full)
        {
            return full;
        }

        await using var alone = new NpgsqlBatch(transaction.Connection);
        await ExecuteAsync(alone, commands, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    /// <summary>Whether a writer may go on; answered without any look at the database while the last count left room enough.</summary>
    /// <returns>Null to go on; else the limit that the writer must count against.</returns>
    public async ValueTask<QuotaLimit?> AskAsync(Guid groupId, Quota quota, int count, CancellationToken cancellationToken)
    {
        var known = FreshOf(groupId, quota);
        if (known?.TryTake(count) == true)
        {
            return null;
        }

        // Counting a large group takes a while; one request does it for all that came meanwhile.
        var measuring = _measuring[(uint)HashCode.Combine(groupId, quota) % Stripes];
        await measuring.WaitAsync(cancellationToken);
        try
        {
            // What another request measured is the same room; there is one share of it, not two.
            return FreshOf(groupId, quota) is not { } meanwhile || meanwhile == known ? await MeasureAsync(groupId, quota, count, cancellationToken)
                : meanwhile.TryTake(count) ? null
                : await LimitAsync(groupId, quota, cancellationToken);
        }
        finally
        {
            measuring.Release();
        }
    }

    /// <summary>The lowest limit on the way from the top down to the group; null when nobody sets one.</summary>
    /// <param name="groupId">The group.</param>
    /// <param name="quota">What is counted.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <param name="shared">The transaction of a batch, which may have made the group itself.</param>
    public async Task<QuotaLimit?> LimitAsync(Guid groupId, Quota quota, CancellationToken cancellationToken, NpgsqlConnection? shared = null)
        => LowestOf(quota, await PathAsync(groupId, cancellationToken, shared));

    /// <summary>The lowest limit of each quota.</summary>
    public async Task<IReadOnlyDictionary<Quota, QuotaLimit?>> LimitsAsync(Guid groupId, CancellationToken cancellationToken)
    {
        var path = await PathAsync(groupId, cancellationToken);
        return Enum.GetValues<Quota>().ToDictionary(quota => quota, quota => LowestOf(quota, path));
    }

    public static string CountOf(Quota quota) => quota switch
    {
        Quota.Things => "select count(*) from things where group_id = $1 and archived_at is null",
        Quota.Connections => "select count(*) from connections where group_id = $1 and archived_at is null",
        Quota.ChildGroups => "select count(*) from groups where parent_id = $1 and status = 'active'",
        Quota.Users => "select count(*) from memberships where group_id = $1 and left_at is null",
        _ => throw new ArgumentOutOfRangeException(nameof(quota), quota, "It is counted elsewhere."),
    };

    private async Task<List<(Guid Group, QuotaSettings Quotas)>> PathAsync(Guid groupId, CancellationToken cancellationToken, NpgsqlConnection? shared = null)
    {
        // A group does not see what lies above it, yet is held to it.
        var system = System();
        system.Share(shared);
        await using var batch = dataSource.CreateTenantBatch(system);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "select g.id, g.plan, g.settings -> 'limits' from groups me join groups g on g.id = any(me.path) where me.id = $1 order by cardinality(g.path)")
        { Parameters = { new() { Value = groupId } } });
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var path = new List<(Guid Group, QuotaSettings Quotas)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var own = reader.IsDBNull(2) ? null : JsonSerializer.Deserialize<QuotaSettings>(reader.GetString(2), ApiJson.Options);
            path.Add((reader.GetGuid(0), GroupPlans.QuotasOf(reader.GetString(1), own)));
        }

        return path;
    }

    private static QuotaLimit? LowestOf(Quota quota, List<(Guid Group, QuotaSettings Quotas)> path) => path
        .Select(part => MostOf(quota, part.Quotas) is { } most ? new QuotaLimit(most, part.Group) : null)
        .OfType<QuotaLimit>()
        .MinBy(limit => limit.Most);

    private Allowance? FreshOf(Guid groupId, Quota quota)
        => _allowances.TryGetValue((groupId, quota), out var known) && known.Until > clock.GetUtcNow() ? known : null;

    private async Task<QuotaLimit?> MeasureAsync(Guid groupId, Quota quota, int count, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var limit = await LimitAsync(groupId, quota, cancellationToken);
        var share = long.MaxValue;
        if (limit is not null)
        {
            await using var batch = dataSource.CreateTenantBatch(System());
            batch.BatchCommands.Add(new NpgsqlBatchCommand(CountOf(quota)) { Parameters = { new() { Value = groupId } } });
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            share = (limit.Most - reader.GetInt64(0)) / Shares;
        }

        if (share < Math.Max(count, LeastShare))
        {
            return limit;
        }

        if (_allowances.Count > MostGroups)
        {
            _allowances.Clear();
        }

        _allowances[(groupId, quota)] = new Allowance(share - count, now + s_fresh);
        return null;
    }

    private static long? MostOf(Quota quota, QuotaSettings quotas) => quota switch
    {
        Quota.Things => quotas.Things,
        Quota.Connections => quotas.Connections,
        Quota.Users => quotas.Users,
        Quota.ChildGroups => quotas.ChildGroups,
        Quota.ApiCallsPerMonth => quotas.ApiCallsPerMonth,
        Quota.AiTokensPerMonth => quotas.AiTokensPerMonth,
        Quota.StorageBytes => quotas.StorageBytes,
        _ => quotas.Knowledge,
    };

    private static async Task ExecuteAsync(NpgsqlBatch batch, IReadOnlyList<NpgsqlBatchCommand> commands, CancellationToken cancellationToken)
    {
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static TenantScope System()
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        return scope;
    }

    private sealed class Allowance(long left, DateTimeOffset until)
    {
        private long _left = left;

        public DateTimeOffset Until => until;

        public bool TryTake(int count) => Interlocked.Add(ref _left, -count) >= 0;
    }
}

/// <param name="Most">How many there may be.</param>
/// <param name="From">The group, itself or above, that sets it.</param>
internal sealed record QuotaLimit(long Most, Guid From);

internal static class QuotaProblems
{
    public static ProblemHttpResult Exceeded(Quota quota, long used, QuotaLimit limit) => Problems.Forbidden(
        "quota_exceeded", $"The group has {used} of at most {limit.Most} {quota.ToString().ToLowerInvariant()}; a larger plan allows more.");
}
