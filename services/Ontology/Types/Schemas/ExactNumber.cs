using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OnePlatform.Ontology.Types.Schemas;

/// <summary>A JSON number as it is written: <c>0.1</c> is a tenth, and a number past any machine type keeps its last digit.</summary>
internal readonly record struct ExactNumber : IComparable<ExactNumber>
{
    // Past it only the order of numbers is kept; no limit and no step of a schema lies there.
    private const int LargestExponent = 100_000;

    private readonly BigInteger _digits;
    private readonly int _exponent;
    private readonly int _length;

    private ExactNumber(BigInteger digits, int exponent, int length) => (_digits, _exponent, _length) = (digits, exponent, length);

    public bool IsWhole => _exponent >= 0;

    public int Sign => _digits.Sign;

    public static ExactNumber Of(JsonElement number)
    {
        var text = Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(number));
        var mark = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = mark < 0 ? 0 : ExponentOf(text.AsSpan(mark + 1));
        var digits = mark < 0 ? text : text[..mark];
        if (digits.IndexOf('.', StringComparison.Ordinal) is >= 0 and var point)
        {
            exponent -= digits.Length - point - 1;
            digits = digits.Remove(point, 1);
        }

        // Without zeros at its end each number has one form, so that equal ones are equal.
        var trimmed = digits.TrimEnd('0');
        var length = trimmed.AsSpan().TrimStart('-').TrimStart('0').Length;
        return length == 0
            ? default
            : new ExactNumber(BigInteger.Parse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent + digits.Length - trimmed.Length, length);
    }

    public bool IsMultipleOf(ExactNumber step)
    {
        var shift = _exponent - step._exponent;
        return _digits.IsZero || (shift >= 0 && (_digits * BigInteger.ModPow(10, shift, BigInteger.Abs(step._digits)) % step._digits).IsZero);
    }

    public int CompareTo(ExactNumber other)
    {
        if (Sign != other.Sign || Sign == 0)
        {
            return Sign.CompareTo(other.Sign);
        }

        var (order, otherOrder) = (_length + _exponent, other._length + other._exponent);
        if (order != otherOrder)
        {
            return Sign * order.CompareTo(otherOrder);
        }

        var low = Math.Min(_exponent, other._exponent);
        return (_digits * BigInteger.Pow(10, _exponent - low)).CompareTo(other._digits * BigInteger.Pow(10, other._exponent - low));
    }

    private static int ExponentOf(ReadOnlySpan<char> text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)
        ? Math.Clamp(exponent, -LargestExponent, LargestExponent)
        : text[0] == '-' ? -LargestExponent : LargestExponent;
}
