using System.Numerics;
using System.Security.Cryptography;

namespace OnePlatform.Events.Checkpoints;

/// <summary>Leaves of the tree, by their index from 0.</summary>
internal readonly record struct LeafRange(long Start, long Size);

/// <summary>
/// The hash tree of RFC 9162, section 2.1, over a log that only grows: which parts a proof consists of, and how parts are hashed.
/// A part is named by its leaves; its hash is the root of the tree over them alone.
/// </summary>
internal static class MerkleTree
{
    public const int HashSize = 32;

    /// <summary>The hash of an entry without content. Stands for an event that retention had removed before its leaf was made.</summary>
    public static readonly byte[] EmptyLeaf = SHA256.HashData([0]);

    public static byte[] NodeOf(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> content = stackalloc byte[1 + (2 * HashSize)];
        content[0] = 1;
        left.CopyTo(content[1..]);
        right.CopyTo(content[(1 + HashSize)..]);
        return SHA256.HashData(content);
    }

    /// <param name="hashes">One after the other; as many as a power of two.</param>
    public static byte[] RootOfPerfect(ReadOnlySpan<byte> hashes)
        => hashes.Length == HashSize ? hashes.ToArray() : NodeOf(RootOfPerfect(hashes[..(hashes.Length / 2)]), RootOfPerfect(hashes[(hashes.Length / 2)..]));

    /// <summary>The parts whose hashes lead from a leaf to the root over <paramref name="size"/> leaves; section 2.1.3.1.</summary>
    public static IReadOnlyList<LeafRange> InclusionPath(long index, long size)
    {
        var path = new List<LeafRange>();
        for (var part = new LeafRange(0, size); part.Size > 1;)
        {
            var (left, right) = Halves(part);
            (part, var other) = index < right.Start ? (left, right) : (right, left);
            path.Add(other);
        }

        path.Reverse();
        return path;
    }

    /// <summary>The parts whose hashes show that the tree over <paramref name="size"/> leaves begins with the one over the first; section 2.1.4.1.</summary>
    public static IReadOnlyList<LeafRange> ConsistencyPath(long first, long size)
    {
        var path = new List<LeafRange>();
        var part = new LeafRange(0, size);
        while (part.Start + part.Size != first)
        {
            var (left, right) = Halves(part);
            (part, var other) = first <= right.Start ? (left, right) : (right, left);
            path.Add(other);
        }

        // Whoever asks has the hash of the whole first tree already.
        if (part.Start != 0)
        {
            path.Add(part);
        }

        path.Reverse();
        return path;
    }

    /// <summary>The perfect trees that a part consists of, largest first. A part of the tree begins where the first of them may.</summary>
    public static IEnumerable<LeafRange> PerfectPartsOf(LeafRange part)
    {
        for (var (start, left) = part; left > 0;)
        {
            var size = 1L << BitOperations.Log2((ulong)left);
            yield return new LeafRange(start, size);
            (start, left) = (start + size, left - size);
        }
    }

    private static (LeafRange Left, LeafRange Right) Halves(LeafRange part)
    {
        var left = 1L << BitOperations.Log2((ulong)part.Size - 1);
        return (new LeafRange(part.Start, left), new LeafRange(part.Start + left, part.Size - left));
    }
}
