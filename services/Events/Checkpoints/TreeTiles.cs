using System.Data.Common;
using System.Numerics;
using Npgsql;
using NpgsqlTypes;

namespace OnePlatform.Events.Checkpoints;

/// <summary>Where 256 hashes of the tree are kept together: of leaves at level 0, of whole tiles of the level below above it.</summary>
internal readonly record struct TileId(int Level, long Number)
{
    public const int Width = 256;
    public const int WidthBits = 8;

    public TileId Parent => new(Level + 1, Number >> WidthBits);

    // A record would say its parent as well, and that its own, without end.
    public override string ToString() => $"tile {Number} of level {Level}";

    /// <returns>How many hashes it has when the tree has so many leaves.</returns>
    public int CountAt(long size) => (int)Math.Clamp((size >> (WidthBits * Level)) - (Number << WidthBits), 0, Width);

    /// <param name="perfect">Of 2^n leaves, and beginning at a multiple of that.</param>
    /// <returns>The tile that holds it, and which of its hashes are to be hashed together.</returns>
    public static (TileId Tile, int Offset, int Count) Of(LeafRange perfect)
    {
        var height = BitOperations.Log2((ulong)perfect.Size);
        var level = height / WidthBits;
        var first = perfect.Start >> (WidthBits * level);
        return (new TileId(level, first >> WidthBits), (int)(first % Width), 1 << (height % WidthBits));
    }
}

/// <summary>Some tiles of a group's tree, as they were read.</summary>
internal sealed class TreeTiles
{
    private readonly Dictionary<TileId, byte[]> _tiles = [];

    private TreeTiles()
    {
    }

    /// <summary>Reads all that the hashes of <paramref name="parts"/> are made of.</summary>
    public static NpgsqlBatchCommand Select(Guid group, IEnumerable<LeafRange> parts) => Select(group, Of(parts));

    /// <summary>What the hashes of <paramref name="parts"/> are made of.</summary>
    public static IEnumerable<TileId> Of(IEnumerable<LeafRange> parts)
        => parts.SelectMany(MerkleTree.PerfectPartsOf).Select(perfect => TileId.Of(perfect).Tile);

    public static NpgsqlBatchCommand Select(Guid group, IEnumerable<TileId> tiles)
    {
        var ids = tiles.Distinct().ToList();
        return new NpgsqlBatchCommand(
            """
            select t.level, t.number, t.hashes from unnest($2, $3) n(level, number)
            join event_tree_tiles t on t.group_id = $1 and t.level = n.level and t.number = n.number
            """)
        {
            Parameters =
            {
                new() { Value = group },
                new() { Value = ids.ConvertAll(id => (short)id.Level), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint },
                new() { Value = ids.ConvertAll(id => id.Number), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
            },
        };
    }

    public static async Task<TreeTiles> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var tiles = new TreeTiles();
        while (await reader.ReadAsync(cancellationToken))
        {
            tiles._tiles[new TileId(reader.GetInt16(0), reader.GetInt64(1))] = reader.GetFieldValue<byte[]>(2);
        }

        return tiles;
    }

    /// <returns>So many of the tile's first hashes, one after the other; null when it has fewer.</returns>
    public ReadOnlyMemory<byte>? Find(TileId id, int count)
        // Not "null": that would become an empty memory first.
        => _tiles.TryGetValue(id, out var hashes) && hashes.Length >= count * MerkleTree.HashSize
            ? hashes.AsMemory(0, count * MerkleTree.HashSize)
            : default(ReadOnlyMemory<byte>?);

    /// <returns>Null when a tile that it needs is absent or too short, which only happens to a tree that somebody has changed.</returns>
    public byte[]? HashOf(LeafRange part)
    {
        byte[]? hash = null;
        // The smaller stand on the right, and are hashed first.
        foreach (var perfect in MerkleTree.PerfectPartsOf(part).Reverse())
        {
            var (id, offset, count) = TileId.Of(perfect);
            if (Find(id, offset + count) is not { } hashes)
            {
                return null;
            }

            var own = MerkleTree.RootOfPerfect(hashes.Span[(offset * MerkleTree.HashSize)..]);
            hash = hash is null ? own : MerkleTree.NodeOf(own, hash);
        }

        return hash;
    }
}
