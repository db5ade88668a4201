using Microsoft.Extensions.Options;
using Npgsql;
using OnePlatform.Events.Retention;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Events.Checkpoints;

/// <summary>
/// Adds what the logs of all groups grew by to their trees, and signs the root. Beside the log, not in its way: an event is read by
/// everybody before it has a leaf. One instance does it at a time. A tree that somebody has damaged grows no more, and holds up no other.
/// </summary>
internal sealed partial class MakeCheckpoints(
    TenantSessions sessions, CheckpointSigner signer, CheckpointMetrics metrics, IOptions<CheckpointOptions> options, TimeProvider clock,
    ILogger<MakeCheckpoints> logger)
    : PeriodicWork(options.Value.Interval, "Checkpoints were not all made", clock, logger, atOnce: true)
{
    private const long LockId = 0x6368_6563_6b;

    // Of one transaction; a multiple of what a tile holds.
    private const int MostLeaves = 16 * TileId.Width;

    public override Task RoundAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    /// <returns>False when another instance is at it.</returns>
    internal async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var scope = new TenantScope();
        scope.ActAsSystem();
        await using var turn = await SessionLock.TryTakeAsync(sessions, scope, LockId, cancellationToken);
        if (turn is null)
        {
            return false;
        }

        var pace = new Pace(options.Value.Share, Clock);
        foreach (var (group, size, last) in await GrownAsync(turn.Connection, cancellationToken))
        {
            try
            {
                await ExtendAsync(turn.Connection, group, size, last, pace, cancellationToken);
            }
            catch (InvalidDataException exception)
            {
                CountFailure();
                LogDamaged(Logger, exception, group);
            }
        }

        return true;
    }

    private static async Task<List<(Guid Group, long Size, long Last)>> GrownAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var grown = new List<(Guid, long, long)>();
        await using var command = new NpgsqlCommand(
            """
            select p.group_id, coalesce(t.size, 0), p.last from group_positions p left join event_trees t on t.group_id = p.group_id
            where p.last > coalesce(t.size, 0)
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            grown.Add((reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return grown;
    }

    private async Task ExtendAsync(NpgsqlConnection connection, Guid group, long size, long last, Pace pace, CancellationToken cancellationToken)
    {
        var growth = await TreeGrowth.LoadAsync(connection, group, size, cancellationToken);
        while (growth.Size < last)
        {
            var to = Math.Min(last, growth.Size + MostLeaves);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await AddLeavesAsync(connection, group, growth, to, cancellationToken);
            await growth.SaveAsync(connection, cancellationToken);
            if (to == last)
            {
                await SealAsync(connection, group, last, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
            await pace.RestAsync(cancellationToken);
        }

        metrics.Made();
    }

    private static async Task AddLeavesAsync(NpgsqlConnection connection, Guid group, TreeGrowth growth, long to, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(EventEntry.Leaves, connection)
        {
            Parameters = { new() { Value = group }, new() { Value = growth.Size + 1 }, new() { Value = to } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            AddEmpty(growth, reader.GetInt64(0) - 1);
            growth.Add(reader.GetFieldValue<byte[]>(1));
        }

        AddEmpty(growth, to);
    }

    private static void AddEmpty(TreeGrowth growth, long upTo)
    {
        while (growth.Size < upTo)
        {
            growth.Add(MerkleTree.EmptyLeaf);
        }
    }

    private async Task SealAsync(NpgsqlConnection connection, Guid group, long size, CancellationToken cancellationToken)
    {
        var all = new LeafRange(0, size);
        byte[] root;
        await using (var reading = new NpgsqlBatch(connection) { BatchCommands = { TreeTiles.Select(group, [all]) } })
        await using (var reader = await reading.ExecuteReaderAsync(cancellationToken))
        {
            root = (await TreeTiles.ReadAsync(reader, cancellationToken)).HashOf(all)
                ?? throw new InvalidDataException($"The tree of group {group} lacks tiles.");
        }

        var now = Clock.GetUtcNow();
        var statement = signer.Sign(new CheckpointStatement(group, size, Convert.ToHexStringLower(root)), now);
        await using var insert = new NpgsqlCommand(
            "insert into event_checkpoints (id, group_id, size, root_hash, created_at, statement) values ($1, $2, $3, $4, $5, $6)", connection)
        {
            Parameters =
            {
                new() { Value = Guid.CreateVersion7(now) }, new() { Value = group }, new() { Value = size }, new() { Value = root }, new() { Value = now },
                new() { Value = statement },
            },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "The tree of group {Group} is damaged; its log gets no checkpoint until it is mended.")]
    private static partial void LogDamaged(ILogger logger, Exception exception, Guid group);

    protected override void CountFailure() => metrics.Failed();
}
