using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Identity.Passwords;

/// <summary>
/// bcrypt (Provos and Mazières, 1999) of up to three texts at once. Each round of Blowfish waits for what the one before looked up, which leaves most
/// of a core idle; the rounds of three hashes side by side take hardly longer than those of one.
/// </summary>
internal static unsafe class InterleavedBcrypt
{
    /// <summary>How many go side by side. A fourth finds no registers left.</summary>
    public const int Lanes = 3;

    private const int Subkeys = 18;
    private const int HashBytes = 23;
    private const int LastSubkey = Subkeys - 1;

    // What is encrypted, 64 times over.
    private static ReadOnlySpan<byte> Magic => "OrpheanBeholderScryDoubt"u8;

    /// <param name="texts">One to three. Of each at most 72 bytes of UTF-8 count; none may be a zero.</param>
    /// <param name="settings">One for each, all of the same cost.</param>
    /// <returns>Their hashes, in the same order.</returns>
    /// <exception cref="ArgumentException">None or too many, or their costs differ.</exception>
    public static string[] Hash(ReadOnlySpan<string> texts, ReadOnlySpan<BcryptSetting> settings)
    {
        ArgumentOutOfRangeException.ThrowIfZero(texts.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(texts.Length, Lanes);
        foreach (var setting in settings)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(setting.Cost, settings[0].Cost, nameof(settings));
        }

        Span<Lane> lanes = stackalloc Lane[Lanes];
        try
        {
            fixed (Lane* first = lanes)
            {
                for (var i = 0; i < Lanes; i++)
                {
                    // Lanes that are left over do the first one's work once more.
                    var given = i < texts.Length ? i : 0;
                    Begin(first + i, texts[given], settings[given].Salt.Span);
                }

                for (var left = 1u << settings[0].Cost; left > 0; left--)
                {
                    for (var i = 0; i < Lanes; i++)
                    {
                        Mix(first + i, first[i].Key);
                    }

                    Fill(first, first + 1, first + 2);
                    for (var i = 0; i < Lanes; i++)
                    {
                        Mix(first + i, first[i].Salt);
                    }

                    Fill(first, first + 1, first + 2);
                }

                var hashes = new string[texts.Length];
                for (var i = 0; i < hashes.Length; i++)
                {
                    hashes[i] = settings[i].With(End(first + i));
                }

                return hashes;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(lanes));
        }
    }

    // The state that salt and key together make of π's digits.
    private static void Begin(Lane* lane, string text, ReadOnlySpan<byte> salt)
    {
        // The zero at its end counts, and all of it is repeated until it is long enough.
        byte[] key = [.. Encoding.UTF8.GetBytes(text), 0];
        BlowfishStart.Digits.CopyTo(new Span<uint>(lane->State, BlowfishStart.Words));
        for (var i = 0; i < Subkeys; i++)
        {
            lane->Salt[i] = BinaryPrimitives.ReadUInt32BigEndian(salt[(4 * i % salt.Length)..]);
            for (var b = 0; b < 4; b++)
            {
                lane->Key[i] = (lane->Key[i] << 8) | key[((4 * i) + b) % key.Length];
            }
        }

        Mix(lane, lane->Key);
        var (l, r) = (0u, 0u);
        for (var k = 0; k < BlowfishStart.Words; k += 2)
        {
            (l, r) = Encrypt(lane, l ^ lane->Salt[k % 4], r ^ lane->Salt[(k % 4) + 1]);
            (lane->State[k], lane->State[k + 1]) = (l, r);
        }
    }

    private static void Mix(Lane* lane, uint* words)
    {
        for (var i = 0; i < Subkeys; i++)
        {
            lane->State[i] ^= words[i];
        }
    }

    // Each lane's state anew, out of itself. Optimized from its first call: nearly all of a hash's time is here, and the first hash's as well.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(Lane* a, Lane* b, Lane* c)
    {
        uint la = 0, ra = 0, lb = 0, rb = 0, lc = 0, rc = 0;
        for (var k = 0; k < BlowfishStart.Words; k += 2)
        {
            la ^= a->State[0];
            lb ^= b->State[0];
            lc ^= c->State[0];
            for (var i = 1; i < LastSubkey; i += 2)
            {
                ra = Round(a, ra, la, i);
                rb = Round(b, rb, lb, i);
                rc = Round(c, rc, lc, i);
                la = Round(a, la, ra, i + 1);
                lb = Round(b, lb, rb, i + 1);
                lc = Round(c, lc, rc, i + 1);
            }

            (la, ra) = (ra ^ a->State[LastSubkey], la);
            (lb, rb) = (rb ^ b->State[LastSubkey], lb);
            (lc, rc) = (rc ^ c->State[LastSubkey], lc);
            (a->State[k], a->State[k + 1]) = (la, ra);
            (b->State[k], b->State[k + 1]) = (lb, rb);
            (c->State[k], c->State[k + 1]) = (lc, rc);
        }
    }

    private static (uint Left, uint Right) Encrypt(Lane* lane, uint l, uint r)
    {
        l ^= lane->State[0];
        for (var i = 1; i < LastSubkey; i += 2)
        {
            r = Round(lane, r, l, i);
            l = Round(lane, l, r, i + 1);
        }

        return (r ^ lane->State[LastSubkey], l);
    }

    // The subkey first: it waits for nothing, and what does is the shorter by it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Round(Lane* lane, uint half, uint other, int i)
    {
        var boxes = lane->State + Subkeys;
        half ^= lane->State[i];
        return half ^ (((boxes[other >> 24] + boxes[256 + (nuint)(byte)(other >> 16)]) ^ boxes[512 + (nuint)(byte)(other >> 8)]) + boxes[768 + (nuint)(byte)other]);
    }

    private static ReadOnlySpan<byte> End(Lane* lane)
    {
        var hash = new byte[Magic.Length];
        for (var at = 0; at < hash.Length; at += 8)
        {
            var (l, r) = (BinaryPrimitives.ReadUInt32BigEndian(Magic[at..]), BinaryPrimitives.ReadUInt32BigEndian(Magic[(at + 4)..]));
            for (var n = 0; n < 64; n++)
            {
                (l, r) = Encrypt(lane, l, r);
            }

            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(at), l);
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(at + 4), r);
        }

        return hash.AsSpan(0, HashBytes);
    }

    private struct Lane
    {
        /// <summary>Subkeys, then the four boxes.</summary>
        public fixed uint State[BlowfishStart.Words];

        /// <summary>Text and salt, each repeated over the length of the subkeys.</summary>
        public fixed uint Key[Subkeys];

        public fixed uint Salt[Subkeys];
    }
}
