using System.Text.RegularExpressions;

namespace OnePlatform.Events.Recording;

/// <summary>Escapes in JSON text that PostgreSQL cannot store.</summary>
internal static partial class EscapedText
{
    private const string Replacement = "\\ufffd";

    /// <summary>Puts U+FFFD for U+0000 and for every surrogate without its other half.</summary>
    public static string Replace(string json)
        => Escape().Replace(json, escape => escape.Groups["bad"].Success ? Replacement : escape.Value);

    // An escaped backslash is taken first, so that the "u" after it is not mistaken for an escape.
    [GeneratedRegex(
        @"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?<bad>\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2})")]
    private static partial Regex Escape();
}
