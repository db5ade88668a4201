using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OnePlatform.Ontology.Groups;

/// <summary>Slugs made from names.</summary>
internal static class Slugs
{
    public const int Shortest = 3;
    public const int Longest = 30;

    private const int SuffixLength = 6;

    /// <summary>The name in a–z, 0–9 and single hyphens; <c>group</c> when nothing of it is left.</summary>
    public static string From(string name)
    {
        var slug = new StringBuilder();
        foreach (var c in name.Normalize(NormalizationForm.FormD))
        {
            if (char.IsAsciiLetterOrDigit(c))
            {
                slug.Append(char.ToLowerInvariant(c));
            }
            else if (slug.Length > 0 && slug[^1] != '-' && CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                slug.Append('-');
            }
        }

        var text = slug.ToString(0, Math.Min(slug.Length, Longest)).Trim('-');
        return text.Length == 0 ? "group" : text.Length < Shortest ? $"{text}-group" : text;
    }

    public static string WithSuffix(string slug)
        => $"{slug[..Math.Min(slug.Length, Longest - SuffixLength - 1)].TrimEnd('-')}-{RandomNumberGenerator.GetHexString(SuffixLength, lowercase: true)}";
}
