using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace OnePlatform.Knowledge.Reading;

/// <summary>HTML without what is not its content: scripts, styles, navigation, forms' machinery, hidden parts.</summary>
internal sealed class HtmlReader(ReadingLimits limits) : IDocumentReader
{
    private static readonly HashSet<string> s_skipped = new(StringComparer.OrdinalIgnoreCase)
    {
        "script", "style", "nav", "noscript", "template", "head", "iframe", "object", "svg", "canvas", "button", "select", "dialog",
    };

    private static readonly HashSet<string> s_flowing = new(StringComparer.OrdinalIgnoreCase)
    {
        "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd",
        "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
    };

    public SourceFormat Format => SourceFormat.Html;

    public ReadOutcome Read(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var guard = new DepthGuard(limits.Nesting, cancellationToken);
        try
        {
            var parser = new HtmlParser(new HtmlParserOptions { OnCreated = (element, _) => guard.Meet(element) });
            var document = parser.ParseDocument(new MemoryStream(content.ToArray(), writable: false));
            var walk = new Walk(limits, cancellationToken);
            if (document.Body is { } body)
            {
                walk.Visit(body);
            }

            return walk.Finish(document.Title);
        }
        catch (TooDeepException)
        {
            return ReadFailure.TooLarge($"The page nests deeper than {limits.Nesting} elements.");
        }
    }

    // The parser's work grows with the square of the depth, so it must be stopped and not only its result refused.
    private sealed class DepthGuard(int limit, CancellationToken cancellationToken)
    {
        private IElement? _previous;

        /// <summary>A new element has no parent yet; the one before it has.</summary>
        public void Meet(IElement element)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var depth = 0;
            for (var above = _previous; above is not null; above = above.ParentElement)
            {
                if (++depth > limit)
                {
                    throw new TooDeepException();
                }
            }

            _previous = element;
        }
    }

    private sealed class TooDeepException : Exception;

    private sealed class Walk(ReadingLimits limits, CancellationToken cancellationToken)
    {
        private readonly TextBuilder _text = new(limits.Characters);
        private readonly StringBuilder _paragraph = new();

        public ReadDocument Finish(string? title)
        {
            EndParagraph();
            return _text.Build(title);
        }

        public void Visit(IElement element)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var node in element.ChildNodes)
            {
                if (!_text.HasRoom)
                {
                    return;
                }

                if (node is IText text)
                {
                    AppendCollapsed(text.Data);
                }
                else if (node is IElement child && !IsSkipped(child))
                {
                    VisitChild(child);
                }
            }
        }

        private void VisitChild(IElement child)
        {
            if (child.LocalName == "br")
            {
                _paragraph.Append('\n');
            }
            else if (Whole(child) is { } whole)
            {
                EndParagraph();
                _text.Add(whole.Kind, whole.Text, whole.Level);
            }
            else if (s_flowing.Contains(child.LocalName))
            {
                Visit(child);
            }
            else
            {
                EndParagraph();
                Visit(child);
                EndParagraph();
            }
        }

        private static (BlockKind Kind, string Text, int Level)? Whole(IElement element) => element.LocalName switch
        {
            "pre" => (BlockKind.Code, element.TextContent, 0),
            "h1" or "h2" or "h3" or "h4" or "h5" or "h6" => (BlockKind.Heading, OneLine(element.TextContent), element.LocalName[1] - '0'),
            "table" when element.QuerySelector("table") is null => (BlockKind.Table, Rows(element), 0),
            _ => null,
        };

        private static string Rows(IElement table) => string.Join('\n', table.QuerySelectorAll("tr").Select(
            row => string.Join(" | ", row.Children.Where(cell => cell.LocalName is "td" or "th").Select(cell => OneLine(cell.TextContent)))));

        private static string OneLine(string text) =>
            string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        private static bool IsSkipped(IElement element) =>
            s_skipped.Contains(element.LocalName) || element.HasAttribute("hidden") || element.GetAttribute("aria-hidden") == "true";

        private void AppendCollapsed(string data)
        {
            foreach (var c in data)
            {
                if (!char.IsWhiteSpace(c))
                {
                    _paragraph.Append(c);
                }
                else if (_paragraph.Length > 0 && !char.IsWhiteSpace(_paragraph[^1]))
                {
                    _paragraph.Append(' ');
                }
            }
        }

        private void EndParagraph()
        {
            _text.Add(BlockKind.Paragraph, _paragraph.ToString());
            _paragraph.Clear();
        }
    }
}
