namespace OnePlatform.Knowledge.Embedding;

/// <summary>A seeded hash that never changes: string.GetHashCode differs from one process to the next.</summary>
internal static class FeatureHash
{
    public static ulong Of(ReadOnlySpan<char> feature, ulong seed)
    {
        var hash = seed ^ 0xCBF29CE484222325;
        foreach (var c in feature)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        // FNV alone leaves the upper bits of short features poor; the finish is murmur3's.
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
