using Npgsql;

namespace OnePlatform.Events.Checkpoints;

/// <summary>Hashes a part of the log again and follows what comes of it up to the signed root.</summary>
internal sealed class LogVerification(CheckpointStore store, CheckpointSigner signer)
{
    /// <summary>Events that one request hashes.</summary>
    public const int Most = 10_000;

    private const int MostFaults = 100;

    /// <param name="group">Whose log.</param>
    /// <param name="from">The first position.</param>
    /// <param name="to">The last position; 0 when there is nothing to look at.</param>
    /// <param name="latest">The checkpoint that covers both; null as long as there is none.</param>
    /// <param name="kept">What the caller kept of an earlier one.</param>
    /// <param name="statement">The same, as it was sent.</param>
    /// <param name="cancellationToken">Ends the queries.</param>
    public async Task<VerifyLogResponse> RunAsync(
        Guid group, long from, long to, CheckpointResponse? latest, CheckpointStatement? kept, string? statement, CancellationToken cancellationToken)
    {
        var faults = new List<LogFault>();
        var size = latest?.Size ?? 0;
        if (kept is not null && !await IsSignedAsync(group, kept, statement!, cancellationToken))
        {
            faults.Add(new LogFault(LogFault.NotSignedHere, "The statement was not signed by this service, nor is it one that it has."));
        }

        if (kept?.Size > size)
        {
            faults.Add(new LogFault(LogFault.LogShorter, $"The statement covers {kept.Size} events; the latest checkpoint covers {size}."));
        }

        if (latest is null)
        {
            return new VerifyLogResponse(faults.Count == 0, null, 0, 0, null, 0, 0, faults, null);
        }

        var comparable = kept is not null && kept.Size <= size ? kept : null;
        var consistency = comparable is null ? [] : MerkleTree.ConsistencyPath(comparable.Size, size);
        var touched = TouchedBy(from, to, size);
        var all = new LeafRange(0, size);
        LeafRange[] parts = [all, .. consistency, .. comparable is null ? Array.Empty<LeafRange>() : [new LeafRange(0, comparable.Size)]];
        var tiles = await store.TilesAsync(TreeTiles.Select(group, touched.Concat(TreeTiles.Of(parts))), cancellationToken);

        await CheckRootAsync(tiles, latest, group, faults);
        if (comparable is not null && RootOf(tiles, comparable.Size) != comparable.RootHash)
        {
            faults.Add(new LogFault(LogFault.CheckpointDiffers, $"The first {comparable.Size} events are not those that the statement covers."));
        }

        CheckTiles(tiles, touched, size, faults);
        var (matched, removed) = await CheckEventsAsync(tiles, group, from, to, faults, cancellationToken);
        return new VerifyLogResponse(
            faults.Count == 0, latest, from, to, to < size ? to + 1 : null, matched, removed, [.. faults.Take(MostFaults)],
            comparable is null ? null : [.. consistency.Select(tiles.HashOf).OfType<byte[]>().Select(Convert.ToHexStringLower)]);
    }

    private static string? RootOf(TreeTiles tiles, long size) => tiles.HashOf(new LeafRange(0, size)) is { } root ? Convert.ToHexStringLower(root) : null;

    /// <summary>The tiles of the leaves, and all above them.</summary>
    private static List<TileId> TouchedBy(long from, long to, long size)
    {
        var touched = new List<TileId>();
        for (var number = (from - 1) / TileId.Width; number <= (to - 1) / TileId.Width; number++)
        {
            touched.Add(new TileId(0, number));
        }

        for (var level = touched; level.Count > 0;)
        {
            level = [.. level.Select(id => id.Parent).Distinct().Where(id => id.CountAt(size) > 0)];
            touched = [.. touched, .. level];
        }

        return touched;
    }

    // With another secret than today's it was signed by another key; then the one that is kept here must be the same to the letter.
    private async Task<bool> IsSignedAsync(Guid group, CheckpointStatement kept, string statement, CancellationToken cancellationToken)
        => await signer.IsOursAsync(statement) || (await store.FindAsync(group, kept.Size, cancellationToken))?.Statement == statement;

    private async Task CheckRootAsync(TreeTiles tiles, CheckpointResponse latest, Guid group, List<LogFault> faults)
    {
        if (RootOf(tiles, latest.Size) != latest.RootHash)
        {
            faults.Add(new LogFault(LogFault.TreeChanged, $"The tree over {latest.Size} events has another root than its checkpoint."));
        }

        if (CheckpointSigner.Read(latest.Statement) != new CheckpointStatement(group, latest.Size, latest.RootHash))
        {
            faults.Add(new LogFault(LogFault.CheckpointChanged, "The latest checkpoint does not say what its statement says."));
        }
        else if (!await signer.IsOursAsync(latest.Statement))
        {
            faults.Add(signer.NamesOurKey(latest.Statement)
                ? new LogFault(LogFault.CheckpointChanged, "The latest checkpoint's statement is not the one that was signed.")
                : new LogFault(LogFault.OtherKey, "The latest checkpoint was signed with another key than today's: the service's secret was changed, or somebody else signed."));
        }
    }

    private static void CheckTiles(TreeTiles tiles, List<TileId> touched, long size, List<LogFault> faults)
    {
        foreach (var id in touched)
        {
            var count = id.CountAt(size);
            var hashes = tiles.Find(id, count);
            var index = (int)(id.Number % TileId.Width);
            if (hashes is not { } own
                || (count == TileId.Width && !IsAt(tiles.Find(id.Parent, index + 1), index, MerkleTree.RootOfPerfect(own.Span))))
            {
                faults.Add(new LogFault(LogFault.TreeChanged, $"Hashes of level {id.Level} from {id.Number << TileId.WidthBits} on are not those that the level above was made of."));
            }
        }
    }

    private static bool IsAt(ReadOnlyMemory<byte>? hashes, int index, ReadOnlySpan<byte> hash)
        => hashes is { } kept && kept.Span.Slice(index * MerkleTree.HashSize, MerkleTree.HashSize).SequenceEqual(hash);

    private async Task<(long Matched, long Removed)> CheckEventsAsync(
        TreeTiles tiles, Guid group, long from, long to, List<LogFault> faults, CancellationToken cancellationToken)
    {
        var (matched, next) = (0L, from);
        var missing = new List<long>();
        foreach (var (position, leaf) in await LeavesAsync(group, from, to, cancellationToken))
        {
            for (; next < position; next++)
            {
                missing.Add(next);
            }

            if (position < next)
            {
                faults.Add(new LogFault(LogFault.EventAdded, "Two events have this position.", position));
                continue;
            }

            next++;
            var index = (int)((position - 1) % TileId.Width);
            if (IsAt(tiles.Find(new TileId(0, (position - 1) / TileId.Width), index + 1), index, leaf))
            {
                matched++;
            }
            else
            {
                faults.Add(new LogFault(LogFault.EventChanged, "The event is not the one that was recorded.", position));
            }
        }

        for (; next <= to; next++)
        {
            missing.Add(next);
        }

        var lost = await NotRemovedAsync(group, missing, cancellationToken);
        faults.AddRange(lost.Select(position => new LogFault(LogFault.EventMissing, "The event is gone, and not by retention.", position)));
        return (matched, missing.Count - lost.Count);
    }

    private Task<List<(long Position, byte[] Leaf)>> LeavesAsync(Guid group, long from, long to, CancellationToken cancellationToken) => store.QueryAsync(
        new NpgsqlBatchCommand(EventEntry.Leaves) { Parameters = { new() { Value = group }, new() { Value = from }, new() { Value = to } } },
        async reader =>
        {
            var leaves = new List<(long, byte[])>();
            while (await reader.ReadAsync(cancellationToken))
            {
                leaves.Add((reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
            }

            return leaves;
        },
        cancellationToken);

    // Looked up after the events: what retention takes meanwhile, it notes in the same transaction.
    private async Task<List<long>> NotRemovedAsync(Guid group, List<long> missing, CancellationToken cancellationToken)
        => missing.Count == 0 ? [] : await store.QueryAsync(
            new NpgsqlBatchCommand(
                "select p from unnest($2) p where not exists (select from event_trees t where t.group_id = $1 and t.removed @> p) order by p")
            {
                Parameters = { new() { Value = group }, new NpgsqlParameter<long[]> { TypedValue = [.. missing] } },
            },
            async reader =>
            {
                var lost = new List<long>();
                while (await reader.ReadAsync(cancellationToken))
                {
                    lost.Add(reader.GetInt64(0));
                }

                return lost;
            },
            cancellationToken);
}
