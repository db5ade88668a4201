using Npgsql;
using NpgsqlTypes;

namespace OnePlatform.Events.Checkpoints;

/// <summary>Adds leaves to a group's tree. Only the last tile of each level ever changes, so it has those in hand and no others.</summary>
internal sealed class TreeGrowth
{
    private const int Levels = 8;

    private readonly Guid _group;
    private readonly List<byte>[] _last = [.. Enumerable.Range(0, Levels).Select(_ => new List<byte>())];
    private readonly Dictionary<TileId, byte[]> _changed = [];

    private TreeGrowth(Guid group, long size) => (_group, Size) = (group, size);

    /// <summary>Leaves.</summary>
    public long Size { get; private set; }

    public static async Task<TreeGrowth> LoadAsync(NpgsqlConnection connection, Guid group, long size, CancellationToken cancellationToken)
    {
        var growth = new TreeGrowth(group, size);
        var ids = Enumerable.Range(0, Levels).Select(growth.LastOf).Where(id => id.CountAt(size) > 0).ToList();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { TreeTiles.Select(group, ids) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var tiles = await TreeTiles.ReadAsync(reader, cancellationToken);
        foreach (var id in ids)
        {
            var kept = tiles.Find(id, id.CountAt(size)) ?? throw new InvalidDataException($"The tree of group {group} lacks hashes in {id}.");
            growth._last[id.Level].AddRange(kept.Span);
        }

        return growth;
    }

    public void Add(byte[] leaf)
    {
        var hash = leaf;
        for (var level = 0; level < Levels; level++)
        {
            var hashes = _last[level];
            hashes.AddRange(hash);
            if (hashes.Count < TileId.Width * MerkleTree.HashSize)
            {
                break;
            }

            byte[] full = [.. hashes];
            _changed[LastOf(level)] = full;
            hashes.Clear();
            hash = MerkleTree.RootOfPerfect(full);
        }

        Size++;
    }

    /// <summary>Writes what changed since.</summary>
    public async Task SaveAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var level = 0; level < Levels; level++)
        {
            if (_last[level].Count > 0)
            {
                _changed[LastOf(level)] = [.. _last[level]];
            }
        }

        var (ids, hashes) = (_changed.Keys.ToList(), _changed.Values.ToList());
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into event_tree_tiles (group_id, level, number, hashes) select $1, t.* from unnest($2, $3, $4) t
            on conflict (group_id, level, number) do update set hashes = excluded.hashes
            """)
        {
            Parameters =
            {
                new() { Value = _group },
                new() { Value = ids.ConvertAll(id => (short)id.Level), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint },
                new() { Value = ids.ConvertAll(id => id.Number), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new() { Value = hashes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand(
            "insert into event_trees (group_id, size) values ($1, $2) on conflict (group_id) do update set size = excluded.size")
        {
            Parameters = { new() { Value = _group }, new() { Value = Size } },
        });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        _changed.Clear();
    }

    private TileId LastOf(int level) => new(level, Size >> (TileId.WidthBits * (level + 1)));
}
