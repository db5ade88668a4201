using System.Text.RegularExpressions;

namespace OnePlatform.Ontology.Onboarding.Websites;

/// <summary>What a page shows that its organization does: by its links, its parts, and the marks of tools that build pages.</summary>
internal static partial class FeatureFinder
{
    private const string Unknown = "Unknown";

    /// <summary>Path and text of a link, or an address in the source, that tell of something; the first column is what.</summary>
    private static readonly (string Feature, Regex Links, string[] Marks)[] s_content =
    [
        ("blog", Blog(), ["application/rss+xml", "\"blogposting\"", "application/atom+xml"]),
        ("video", Video(), ["youtube.com/embed", "player.vimeo.com", "<video"]),
        ("podcast", Podcast(), ["open.spotify.com/embed", "podcasts.apple.com", "\"podcastseries\""]),
        ("newsletter", Newsletter(), ["mailchimp.com", "list-manage.com", "substack.com", "newsletter"]),
        ("courses", Courses(), ["\"course\"", "teachable.com", "thinkific.com"]),
        ("products", Products(), ["\"product\"", "add-to-cart", "cdn.shopify.com", "woocommerce"]),
        ("services", Services(), ["\"service\"", "\"professionalservice\""]),
    ];

    private static readonly (string Feature, Regex Links, string[] Marks)[] s_monetization =
    [
        ("subscriptions", Subscriptions(), ["per month", "/month", "free trial"]),
        ("one-time-sales", Sales(), ["add to cart", "add-to-cart", "js.stripe.com", "cdn.shopify.com", "woocommerce"]),
        ("consulting", Consulting(), ["calendly.com", "cal.com/"]),
        ("ads", None(), ["adsbygoogle", "doubleclick.net"]),
        ("sponsorships", Sponsors(), []),
        ("donations", Donations(), ["patreon.com", "ko-fi.com", "buymeacoffee.com", "opencollective.com"]),
    ];

    private static readonly (string Feature, Regex Links, string[] Marks)[] s_community =
    [
        ("discord", None(), ["discord.gg/", "discord.com/invite"]),
        ("forum", Forum(), ["discourse"]),
        ("comments", None(), ["disqus.com", "giscus.app", "id=\"comments\""]),
        ("membership", Members(), []),
        ("contact", Contact(), ["mailto:"]),
    ];

    public static WebsiteFeatures Find(WebsitePage page)
    {
        var source = page.Html.ToLowerInvariant();
        var content = Found(s_content, page, source);
        return new WebsiteFeatures(
            content.Count > 0 ? content : ["pages"], Found(s_monetization, page, source), Found(s_community, page, source), StackOf(page, source));
    }

    public static BusinessModel ModelOf(WebsitePage page, WebsiteFeatures features)
    {
        var source = page.Html.ToLowerInvariant();
        var (content, money) = (features.ContentTypes, features.Monetization);
        var primary = money.Contains("one-time-sales") ? "ecommerce"
            : money.Contains("subscriptions") && (source.Contains("free trial", StringComparison.Ordinal) || page.Links.Any(l => SignIn().IsMatch(l.Address.ToString()))) ? "saas"
            : Marketplace().IsMatch(source) ? "marketplace"
            : money.Contains("consulting") || content.Contains("services") ? "consulting"
            : content.Contains("courses") || content.Contains("blog") || content.Contains("video") || content.Contains("podcast") ? "content"
            : features.Community.Any(c => c is "discord" or "forum") ? "community"
            : "unknown";
        var target = content.Contains("courses") ? "learners" : Companies().IsMatch(source) ? "businesses" : "general";
        return new BusinessModel(primary, money, target);
    }

    private static List<string> Found((string Feature, Regex Links, string[] Marks)[] signs, WebsitePage page, string source) =>
    [
        .. signs.Where(s => s.Marks.Any(m => source.Contains(m, StringComparison.Ordinal))
            || page.Links.Any(l => s.Links.IsMatch(l.Address.AbsolutePath) || (l.Text.Length <= 60 && s.Links.IsMatch($"/{l.Text}")))).Select(s => s.Feature),
    ];

    private static Technology StackOf(WebsitePage page, string source)
    {
        string Header(string name) => page.File.Headers.GetValueOrDefault(name, "");
        bool Has(string mark) => source.Contains(mark, StringComparison.Ordinal);
        var generator = (page.Meta("generator") ?? "").Split(' ')[0];
        var frontend = generator.Length > 0 ? generator : Has("/_next/") ? "Next.js" : Has("/_nuxt/") ? "Nuxt" : Has("/_astro/") ? "Astro" : Has("wp-content") ? "WordPress" : Unknown;
        var backend = Has("convex.cloud") ? "Convex" : Has("supabase.co") ? "Supabase" : Has("cdn.shopify.com") ? "Shopify" : Has("wp-content") ? "WordPress"
            : Header("X-Powered-By") is { Length: > 0 and <= 60 } powered ? powered : Unknown;
        var hosting = Header("X-Vercel-Id").Length > 0 ? "Vercel" : Header("X-Nf-Request-Id").Length > 0 ? "Netlify" : Header("CF-Ray").Length > 0 ? "Cloudflare" : null;
        return new Technology(frontend, backend, backend is "Convex" or "Supabase" ? backend : null, hosting);
    }

    [GeneratedRegex(@"/(the |our )?(blog|news|articles?|stories|journal)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Blog();

    [GeneratedRegex(@"/(our )?(videos?|watch)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Video();

    [GeneratedRegex(@"/(our |the )?(podcasts?|episodes?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Podcast();

    [GeneratedRegex(@"/(our |the )?newsletter\b", RegexOptions.IgnoreCase)]
    private static partial Regex Newsletter();

    [GeneratedRegex(@"/(our |all )?(courses?|academy|lessons?|classes)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Courses();

    [GeneratedRegex(@"/(our |all )?(shop|store|products?|collections)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Products();

    [GeneratedRegex(@"/(our )?services?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Services();

    [GeneratedRegex(@"/(pricing|plans|subscribe|subscription)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Subscriptions();

    [GeneratedRegex(@"/(cart|checkout|basket|add to cart)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Sales();

    [GeneratedRegex(@"/(book (a|your) (call|meeting|session)|consult(ing|ation)s?|book-a-call|coaching)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Consulting();

    [GeneratedRegex(@"/(our )?sponsors?(hip)?s?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Sponsors();

    [GeneratedRegex(@"/(donate|donations?|support us)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Donations();

    [GeneratedRegex(@"/(our |the )?(forum|discussions)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Forum();

    [GeneratedRegex(@"/(members?|membership|members-area)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Members();

    [GeneratedRegex(@"/contact(s|-us| us)?\b", RegexOptions.IgnoreCase)]
    private static partial Regex Contact();

    [GeneratedRegex(@"/(log-?in|sign-?in|app)\b|//app\.", RegexOptions.IgnoreCase)]
    private static partial Regex SignIn();

    [GeneratedRegex(@"\b(become a seller|sell with us|our sellers|our vendors|marketplace)\b")]
    private static partial Regex Marketplace();

    [GeneratedRegex(@"\b(for (business(es)?|teams|companies|enterprises?)|b2b)\b")]
    private static partial Regex Companies();

    [GeneratedRegex("(?!)")]
    private static partial Regex None();
}
