using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace OnePlatform.Ontology.Onboarding.Websites;

/// <summary>A parsed page and what the analysis asks of it. Broken markup and broken text are read as browsers read them.</summary>
internal sealed class WebsitePage
{
    private const int Deepest = 256;

    private WebsitePage(FetchedFile file, IHtmlDocument document)
    {
        (File, Document) = (file, document);
        Html = document.Source.Text;
        Elements = [.. document.All];
        Links = [.. Elements.Where(e => e.LocalName == "a").Select(e => (Address: Resolve(e.GetAttribute("href")), Text: e.TextContent.Trim()))
            .Where(l => l.Address is not null).Select(l => (l.Address!, l.Text))];
    }

    public FetchedFile File { get; }

    public IHtmlDocument Document { get; }

    /// <summary>The page as it was sent.</summary>
    public string Html { get; }

    public IReadOnlyList<IElement> Elements { get; }

    public IReadOnlyList<(Uri Address, string Text)> Links { get; }

    /// <returns>Null when the page nests deeper than any that people read.</returns>
    public static WebsitePage? Read(FetchedFile file)
    {
        var guard = new DepthGuard();
        var parser = new HtmlParser(new HtmlParserOptions { OnCreated = (element, _) => guard.Meet(element) });
        try
        {
            using var body = new MemoryStream(file.Body, writable: false);
            return new WebsitePage(file, EncodingOf(file.Charset) is { } encoding ? parser.ParseDocument(encoding.GetString(file.Body)) : parser.ParseDocument(body));
        }
        catch (TooDeepException)
        {
            return null;
        }
    }

    /// <summary>The content of the first meta element of that name or property.</summary>
    public string? Meta(string name) => NotEmpty(Elements.FirstOrDefault(
        e => e.LocalName == "meta" && (Is(e, "name", name) || Is(e, "property", name)))?.GetAttribute("content"));

    /// <summary>An http or https address in the page made absolute; null for any other.</summary>
    public Uri? Resolve(string? address)
        => address is { Length: > 0 and <= 2000 } && Uri.TryCreate(File.Address, address.Trim(), out var uri) && uri.Scheme is "http" or "https" ? uri : null;

    public bool IsOwn(Uri address) => string.Equals(address.Host, File.Address.Host, StringComparison.OrdinalIgnoreCase);

    public static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool Is(IElement element, string attribute, string value)
        => string.Equals(element.GetAttribute(attribute), value, StringComparison.OrdinalIgnoreCase);

    private static Encoding? EncodingOf(string? charset)
    {
        try
        {
            return charset is null ? null : Encoding.GetEncoding(charset);
        }
        catch (ArgumentException)
        {
            // The server names an encoding that does not exist; what the page itself says counts then.
            return null;
        }
    }

    // The parser's work grows with the square of the depth, and walking the result takes a stack as deep.
    private sealed class DepthGuard
    {
        private IElement? _previous;

        /// <summary>A new element has no parent yet; the one before it has.</summary>
        public void Meet(IElement element)
        {
            var depth = 0;
            for (var above = _previous; above is not null; above = above.ParentElement)
            {
                if (++depth > Deepest)
                {
                    throw new TooDeepException();
                }
            }

            _previous = element;
        }
    }

    private sealed class TooDeepException : Exception;
}
