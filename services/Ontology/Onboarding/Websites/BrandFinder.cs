using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace OnePlatform.Ontology.Onboarding.Websites;

/// <summary>Name, colours, fonts and logo of a page and its styles; what is not found is the neutral default.</summary>
internal static partial class BrandFinder
{
    private const int MostColors = 5;
    private const int MostFonts = 4;
    private const int GreyWithin = 16;

    private static readonly string[] s_plainFonts =
        ["inherit", "initial", "unset", "serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "ui-sans-serif", "-apple-system", "blinkmacsystemfont"];

    public static WebsiteBrand Find(WebsitePage page, string styles)
    {
        var own = string.Join('\n', page.Elements.Select(e => e.LocalName == "style" ? e.TextContent : e.GetAttribute("style")).OfType<string>());
        var css = $"{own}\n{styles}";
        return new WebsiteBrand(NameOf(page), Colors(page, css), Fonts(page, css), Logo(page), page.Meta("description") ?? page.Meta("og:description"));
    }

    /// <summary>The host's first label, its first letter large.</summary>
    public static string NameOf(Uri address)
    {
        var host = address.Host.StartsWith("www.", StringComparison.OrdinalIgnoreCase) ? address.Host[4..] : address.Host;
        var label = host.Split('.')[0];
        return label.Length == 0 ? "Website" : char.ToUpperInvariant(label[0]) + label[1..];
    }

    private static string NameOf(WebsitePage page)
        => Shorten(page.Meta("og:site_name") ?? page.Meta("application-name") ?? NameOf(page.File.Address));

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200];

    private static List<string> Colors(WebsitePage page, string css)
    {
        var told = new[] { page.Meta("theme-color") }.OfType<string>().Concat(NamedColor().Matches(css).Select(m => m.Groups[1].Value));
        var frequent = AnyColor().Matches(css).Select(m => Normalize(m.Value)).OfType<string>().Where(IsColorful)
            .GroupBy(c => c).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key);
        var colors = told.Select(Normalize).OfType<string>().Concat(frequent).Distinct().Take(MostColors).ToList();
        return colors.Count > 0 ? colors : ["#000000", "#FFFFFF"];
    }

    private static string? Normalize(string color)
    {
        if (Rgb().Match(color) is { Success: true } rgb)
        {
            var parts = Enumerable.Range(1, 3).Select(i => int.Parse(rgb.Groups[i].Value, CultureInfo.InvariantCulture)).ToArray();
            return parts.All(p => p <= 255) ? $"#{parts[0]:X2}{parts[1]:X2}{parts[2]:X2}" : null;
        }

        return Hex().Match(color.Trim()) is not { Success: true } hex ? null
            : hex.Value.Length == 7 ? hex.Value.ToUpperInvariant()
            : string.Concat("#", string.Concat(hex.Value[1..].Select(c => new string(c, 2)))).ToUpperInvariant();
    }

    private static bool IsColorful(string color)
    {
        int[] parts = [.. Enumerable.Range(0, 3).Select(i => Convert.ToInt32(color.Substring(1 + (2 * i), 2), 16))];
        return parts.Max() - parts.Min() > GreyWithin;
    }

    private static List<string> Fonts(WebsitePage page, string css)
    {
        var linked = page.Elements.Where(e => e.LocalName == "link").Select(e => e.GetAttribute("href") ?? "")
            .Where(h => h.Contains("fonts.googleapis.com", StringComparison.OrdinalIgnoreCase))
            .SelectMany(h => LinkedFont().Matches(h)).Select(m => Uri.UnescapeDataString(m.Groups[1].Value.Replace('+', ' ')));
        var headings = RuledFont().Matches(css).OrderBy(m => m.Groups[1].Value.StartsWith('h') ? 0 : 1).Select(m => m.Groups[2].Value);
        var faces = FontFace().Matches(css).Select(m => m.Groups[1].Value);
        var fonts = headings.Concat(linked).Concat(faces).Select(f => f.Split(',')[0].Trim(' ', '"', '\'', '\n', '\t', '\r'))
            .Where(f => f.Length is > 0 and <= 60 && !f.StartsWith("var(", StringComparison.Ordinal) && !s_plainFonts.Contains(f.ToLowerInvariant()))
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(MostFonts).ToList();
        return fonts.Count > 0 ? fonts : ["Inter", "sans-serif"];
    }

    private static string? Logo(WebsitePage page)
    {
        var drawn = page.Elements.FirstOrDefault(e => e.LocalName == "img" && (Tells(e, "class") || Tells(e, "id") || Tells(e, "alt") || Tells(e, "src")));
        var icon = page.Elements.Where(e => e.LocalName == "link" && (e.GetAttribute("rel") ?? "").Contains("icon", StringComparison.OrdinalIgnoreCase))
            .OrderBy(e => (e.GetAttribute("rel") ?? "").StartsWith("apple", StringComparison.OrdinalIgnoreCase) ? 0 : 1).FirstOrDefault();
        return (page.Resolve(LinkedDataLogo(page)) ?? page.Resolve(drawn?.GetAttribute("src")) ?? page.Resolve(icon?.GetAttribute("href"))
            ?? page.Resolve(page.Meta("og:image")))?.ToString();
    }

    private static bool Tells(IElement element, string attribute)
        => (element.GetAttribute(attribute) ?? "").Contains("logo", StringComparison.OrdinalIgnoreCase);

    private static string? LinkedDataLogo(WebsitePage page)
    {
        foreach (var script in page.Elements.Where(e => e.LocalName == "script" && e.GetAttribute("type") == "application/ld+json"))
        {
            try
            {
                var data = JsonElement.Parse(script.TextContent);
                if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty("logo", out var logo))
                {
                    return logo.ValueKind == JsonValueKind.String ? logo.GetString()
                        : logo.ValueKind == JsonValueKind.Object && logo.TryGetProperty("url", out var url) && url.ValueKind == JsonValueKind.String ? url.GetString() : null;
                }
            }
            catch (JsonException)
            {
                // Much of what stands on pages as JSON is none; the other signs remain.
            }
        }

        return null;
    }

    [GeneratedRegex(@"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|rgba?\(\s{0,4}\d{1,3}[\s,]{1,4}\d{1,3}[\s,]{1,4}\d{1,3}")]
    private static partial Regex AnyColor();

    [GeneratedRegex(@"--[\w-]{0,40}?(?:brand|primary|accent)[\w-]{0,40}\s{0,4}:\s{0,4}(#[0-9a-fA-F]{3,6}\b|rgba?\([^)]{5,40}\))", RegexOptions.IgnoreCase)]
    private static partial Regex NamedColor();

    [GeneratedRegex(@"^rgba?\(\s{0,4}(\d{1,3})[\s,]{1,4}(\d{1,3})[\s,]{1,4}(\d{1,3})")]
    private static partial Regex Rgb();

    [GeneratedRegex("^#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})$")]
    private static partial Regex Hex();

    [GeneratedRegex(@"[?&|]family=([^:&|]{1,60})")]
    private static partial Regex LinkedFont();

    [GeneratedRegex(@"(?:^|[\s,}])(h[1-3]|body)\s{0,4}(?:,[^{}]{0,200})?\{[^}]{0,2000}?font-family\s{0,4}:\s{0,4}([^;}]{1,200})", RegexOptions.IgnoreCase)]
    private static partial Regex RuledFont();

    [GeneratedRegex(@"@font-face\s{0,4}\{[^}]{0,2000}?font-family\s{0,4}:\s{0,4}([^;}]{1,200})", RegexOptions.IgnoreCase)]
    private static partial Regex FontFace();
}
