using System.Globalization;

namespace OnePlatform.Querying.Fields;

/// <summary>Turns what a caller wrote into the typed value a column is compared with.</summary>
internal static class FieldValue
{
    private const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <returns>The value, or the sentence that says what was expected.</returns>
    public static (object? Value, string? Expected) Read(Field field, string text) => field.Kind switch
    {
        FieldKind.Uuid => Guid.TryParseExact(text, "D", out var id) ? (id, null) : Expect(field, "a UUID"),
        FieldKind.Number => TryReadNumber(text, out var number) ? (number, null) : Expect(field, "a number"),
        FieldKind.Integer => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? (whole, null)
            : Expect(field, "a whole number"),
        FieldKind.Boolean => text is "true" or "false" ? (text == "true", null) : Expect(field, "true or false"),
        FieldKind.Timestamp => Rfc3339.TryRead(text, out var time) || TryReadDate(text, out time)
            ? (time, null)
            : Expect(field, "a time such as 2025-01-31T12:00:00Z"),
        FieldKind.Enum => field.Values.Count == 0 || field.Values.Contains(text, StringComparer.Ordinal)
            ? (text, null)
            : Expect(field, "one of " + string.Join(", ", field.Values)),
        _ => (text, null),
    };

    // Wider numbers would need double precision, and PostgreSQL raises an error when a stored number does not fit that.
    public static bool TryReadNumber(string text, out decimal number)
        => decimal.TryParse(text, Decimal, CultureInfo.InvariantCulture, out number);

    private static bool TryReadDate(string text, out DateTimeOffset time)
        => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static (object? Value, string? Expected) Expect(Field field, string what) => (null, $"{field.Name} takes {what}.");
}
