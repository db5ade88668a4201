using System.Globalization;
using System.Text.Json;

namespace OnePlatform.Querying.Exporting;

/// <summary>Lines of RFC 4180 that are safe to open in a spreadsheet.</summary>
internal static class Csv
{
    private const string Quoted = ",\"\r\n";
    private const string BeginsFormula = "=+-@\t\r\n";

    public static string LineOf(IEnumerable<object?> cells) => string.Join(',', cells.Select(c => Cell(TextOf(c)))) + "\r\n";

    private static string Cell(string text)
    {
        if (text.Length == 0)
        {
            return text;
        }

        // A spreadsheet would run what begins like this, and strangers choose the names and user agents that stand here.
        var safe = BeginsFormula.Contains(text[0], StringComparison.Ordinal) ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(Quoted) < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        JsonElement json => json.GetRawText(),
        IFormattable other => other.ToString(format: null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
