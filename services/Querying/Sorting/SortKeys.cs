using System.Globalization;

namespace OnePlatform.Querying.Sorting;

internal static class SortKeys
{
    /// <summary>The text of a value read from the database, which the database casts back to an equal value.</summary>
    public static string? ToText(object? value) => value switch
    {
        null or DBNull => null,
        string text => text,
        DateTimeOffset time => ToText(time.UtcDateTime),

        // Npgsql reads the two infinities of PostgreSQL as the ends of DateTime's range.
        DateTime time when time == DateTime.MaxValue => "infinity",
        DateTime time when time == DateTime.MinValue => "-infinity",
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),

        // A real widens before it is compared with a numeric; as short text it would become another number.
        float number => ((double)number).ToString("R", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
