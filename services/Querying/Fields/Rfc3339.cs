using System.Globalization;

namespace OnePlatform.Querying.Fields;

/// <summary>Times as callers write them.</summary>
public static class Rfc3339
{
    private static readonly string[] s_formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    /// <summary>In UTC afterwards, because that is the only offset a timestamptz parameter takes.</summary>
    public static bool TryRead(string text, out DateTimeOffset time)
    {
        var read = DateTimeOffset.TryParseExact(
            text.ToUpperInvariant(), s_formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
        time = time.ToUniversalTime();
        return read;
    }
}
