using System.Numerics;

namespace OnePlatform.Identity.Passwords;

/// <summary>What Blowfish begins with: the first binary digits of π behind the point, 18 words of subkeys and four boxes of 256.</summary>
internal static class BlowfishStart
{
    public const int Words = 18 + (4 * 256);

    private const int Bits = 32 * Words;

    // More than the divisions that follow can round away.
    private const int Spare = 64;

    /// <summary>Computed rather than written down: a table of a thousand numbers cannot be read, and this takes a tenth of a second, once.</summary>
    public static uint[] Digits { get; } = Compute();

    // Machin: π = 16 arctan 1/5 - 4 arctan 1/239.
    private static uint[] Compute()
    {
        var pi = (16 * ArctanOfInverse(5)) - (4 * ArctanOfInverse(239));
        var digits = new uint[Words];
        for (var i = 0; i < Words; i++)
        {
            digits[i] = (uint)((pi >> (Spare + Bits - (32 * (i + 1)))) & uint.MaxValue);
        }

        return digits;
    }

    // In units of 2^-(Bits + Spare).
    private static BigInteger ArctanOfInverse(int x)
    {
        var power = (BigInteger.One << (Bits + Spare)) / x;
        var sum = power;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power /= -x * x;
            sum += power / n;
        }

        return sum;
    }
}
