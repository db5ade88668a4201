using System.Text;
using Microsoft.Extensions.Options;

namespace OnePlatform.Ontology.Onboarding.Websites;

/// <summary>Reads a website: its page, some of its styles, and how many pages its sitemap names, all within one time limit.</summary>
internal sealed class WebsiteAnalyzer(WebsiteReader reader, IOptions<WebsiteOptions> options, TimeProvider clock)
{
    private const int MostStyles = 3;

    public async Task<(WebsiteAnalysis? Analysis, WebsiteFault? Fault)> AnalyzeAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url.Contains("://", StringComparison.Ordinal) ? url : $"https://{url}", UriKind.Absolute, out var address) || address.Host.Length == 0)
        {
            return (null, new WebsiteFault("website_address", "This is no address of a website."));
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(options.Value.Timeout);
        try
        {
            var (file, fault) = await reader.FetchAsync(address, patience.Token);
            if (file is null)
            {
                return (null, fault);
            }

            if (file.MediaType is not ("text/html" or "application/xhtml+xml"))
            {
                return (null, new WebsiteFault("website_not_html", "The address does not answer with an HTML page."));
            }

            return WebsitePage.Read(file) is { } page
                ? (await AnalyzeAsync(page, patience.Token), null)
                : (null, new WebsiteFault("website_unreadable", "The page nests its elements too deep to be read."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new WebsiteFault("website_slow", "The website did not answer in time."));
        }
    }

    private async Task<WebsiteAnalysis> AnalyzeAsync(WebsitePage page, CancellationToken patience)
    {
        var features = FeatureFinder.Find(page);
        return new WebsiteAnalysis(
            page.File.Address.ToString(),
            BrandFinder.Find(page, await StylesAsync(page, patience)),
            features,
            new WebsiteContent(
                await PagesAsync(page, patience),
                HasEcommerce: features.ContentTypes.Contains("products") || features.Monetization.Contains("one-time-sales"),
                HasBlog: features.ContentTypes.Contains("blog"),
                HasCourses: features.ContentTypes.Contains("courses")),
            FeatureFinder.ModelOf(page, features),
            clock.GetUtcNow());
    }

    private async Task<string> StylesAsync(WebsitePage page, CancellationToken patience)
    {
        var sheets = page.Elements.Where(e => e.LocalName == "link" && string.Equals(e.GetAttribute("rel"), "stylesheet", StringComparison.OrdinalIgnoreCase))
            .Select(e => page.Resolve(e.GetAttribute("href"))).OfType<Uri>().Where(page.IsOwn).Distinct().Take(MostStyles);
        var styles = new StringBuilder();
        foreach (var sheet in sheets)
        {
            if (await TryFetchAsync(sheet, patience) is { MediaType: "text/css" } css)
            {
                styles.Append(Encoding.UTF8.GetString(css.Body)).Append('\n');
            }
        }

        return styles.ToString();
    }

    private async Task<int> PagesAsync(WebsitePage page, CancellationToken patience)
    {
        var sitemap = await TryFetchAsync(new Uri(page.File.Address, "/sitemap.xml"), patience);
        var named = sitemap is { MediaType: "application/xml" or "text/xml" } ? Count(sitemap.Body, "<loc>"u8) : 0;
        return named > 0
            ? named
            : page.Links.Where(l => page.IsOwn(l.Address)).Select(l => l.Address.AbsolutePath).Append(page.File.Address.AbsolutePath).Distinct().Count();
    }

    /// <summary>What makes the answer better but is not the answer: a fault of it, or its being late, is no fault of the whole.</summary>
    private async Task<FetchedFile?> TryFetchAsync(Uri address, CancellationToken patience)
    {
        try
        {
            return (await reader.FetchAsync(address, patience)).File;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static int Count(ReadOnlySpan<byte> text, ReadOnlySpan<byte> mark)
    {
        var count = 0;
        for (var at = text.IndexOf(mark); at >= 0; at = text.IndexOf(mark))
        {
            count++;
            text = text[(at + mark.Length)..];
        }

        return count;
    }
}
