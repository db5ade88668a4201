using System.Globalization;
using System.Text;
using OnePlatform.Ontology.Onboarding.Websites;

namespace OnePlatform.Ontology.Onboarding.Advice;

/// <param name="Markdown">The guide for people, with the styles ready to copy.</param>
public sealed record BrandGuideResponse(BrandGuideDocument Guide, string Markdown);

public sealed record BrandGuideDocument(string OrganizationName, string SourceUrl, DateTimeOffset GeneratedAt, BrandStyle Brand);

public sealed record BrandStyle(BrandColors Colors, BrandLogo Logo, BrandFonts Fonts, BrandVoice Voice);

public sealed record BrandColors(string Primary, string Secondary, string? Accent = null);

/// <param name="Format">The ending of its address; <c>svg</c> when it has none.</param>
public sealed record BrandLogo(string Url, string Format);

public sealed record BrandFonts(string Heading, string Body);

public sealed record BrandVoice(string Tone, string Audience);

/// <summary>Colours, type and voice of a website as a guide.</summary>
internal static class BrandGuide
{
    private const int LongestEnding = 4;

    public static BrandGuideResponse Of(WebsiteAnalysis analysis, string organization)
    {
        var (colors, fonts) = (analysis.Brand.Colors, analysis.Brand.Fonts);
        var logo = analysis.Brand.Logo ?? "/logo.svg";
        var guide = new BrandGuideDocument(organization, analysis.Url, analysis.AnalyzedAt, new BrandStyle(
            new BrandColors(colors.ElementAtOrDefault(0) ?? "#000000", colors.ElementAtOrDefault(1) ?? "#FFFFFF", colors.ElementAtOrDefault(2)),
            new BrandLogo(logo, FormatOf(logo)),
            new BrandFonts(fonts.ElementAtOrDefault(0) ?? "Inter", fonts.ElementAtOrDefault(1) ?? fonts.ElementAtOrDefault(0) ?? "Inter"),
            new BrandVoice("Professional and approachable", "General audience")));
        return new BrandGuideResponse(guide, MarkdownOf(guide));
    }

    private static string FormatOf(string logo)
    {
        var path = logo.Split('?', '#')[0];
        var ending = path[(path.LastIndexOf('.') + 1)..].ToLowerInvariant();
        return ending.Length <= LongestEnding && ending.All(char.IsAsciiLetterOrDigit) && ending.Length < path.Length ? ending : "svg";
    }

    private static string MarkdownOf(BrandGuideDocument guide)
    {
        var (colors, fonts) = (guide.Brand.Colors, guide.Brand.Fonts);
        var named = new List<(string Name, string Value)> { ("primary", colors.Primary), ("secondary", colors.Secondary) };
        if (colors.Accent is { } accent)
        {
            named.Add(("accent", accent));
        }

        string Lines(Func<(string Name, string Value), string> line) => string.Join('\n', named.Select(line));
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Markup.Plain(guide.OrganizationName)} - Brand Guide\n\nGenerated {guide.GeneratedAt:yyyy-MM-dd'T'HH:mm:ss'Z'} from {Markup.Plain(guide.SourceUrl)}.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## Brand Colors\n\n{Lines(c => $"- {c.Name}: `{c.Value}`")}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## Logo\n\n- {Markup.Plain(guide.Brand.Logo.Url)}\n- Format: {guide.Brand.Logo.Format.ToUpperInvariant()}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## Typography\n\n- Headings: {Markup.Plain(fonts.Heading)}\n- Body: {Markup.Plain(fonts.Body)}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## Brand Voice\n\n- Tone: {guide.Brand.Voice.Tone}\n- Audience: {guide.Brand.Voice.Audience}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"## Usage\n\n```css\n:root {{\n{Lines(c => $"  --color-{c.Name}: {c.Value};")}\n  --font-heading: \"{Name(fonts.Heading)}\", sans-serif;\n  --font-body: \"{Name(fonts.Body)}\", sans-serif;\n}}\n```\n\n");
        text.Append(CultureInfo.InvariantCulture, $"```css\n@theme {{\n{Lines(c => $"  --color-{c.Name}: {Hsl(c.Value)};")}\n}}\n```\n\n");
        return text.Append("Made from the website; look it over before you use it.\n").ToString();
    }

    private static string Name(string font) => string.Concat(font.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-'));

    private static string Hsl(string color)
    {
        double[] parts = [.. Enumerable.Range(0, 3).Select(i => Convert.ToInt32(color.Substring(1 + (2 * i), 2), 16) / 255.0)];
        var (high, low) = (parts.Max(), parts.Min());
        var (spread, light) = (high - low, (high + low) / 2);
        var saturation = spread == 0 ? 0 : spread / (1 - Math.Abs((2 * light) - 1));
        var hue = spread == 0 ? 0
            : high == parts[0] ? 60 * (((parts[1] - parts[2]) / spread) + 6)
            : high == parts[1] ? 60 * (((parts[2] - parts[0]) / spread) + 2)
            : 60 * (((parts[0] - parts[1]) / spread) + 4);
        return string.Create(CultureInfo.InvariantCulture, $"hsl({Math.Round(hue % 360)} {Math.Round(saturation * 100)}% {Math.Round(light * 100)}%)");
    }
}
