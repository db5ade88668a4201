using System.Text.Encodings.Web;

namespace OnePlatform.Identity.Mails;

/// <summary>What a mail says, as text and as HTML.</summary>
internal sealed record Letter(string Subject, string? Name, string Message, string? Button = null, Uri? Link = null, string? Code = null, string? Closing = null)
{
    private string Greeting => Name is null ? "Hello," : $"Hello {Name},";

    public string Text => string.Join("\n\n", Lines());

    public string Html
    {
        get
        {
            var encode = HtmlEncoder.Default;
            var button = Link is null ? "" : $"""<p><a href="{encode.Encode(Link.ToString())}">{encode.Encode(Button!)}</a></p>""";
            var code = Code is null ? "" : $"<p>Or type this code: <strong>{Code}</strong></p>";
            var closing = Closing is null ? "" : $"<p>{encode.Encode(Closing)}</p>";
            return $"""
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8"><title>{encode.Encode(Subject)}</title></head>
                <body><p>{encode.Encode(Greeting)}</p><p>{encode.Encode(Message)}</p>{button}{code}{closing}</body></html>
                """;
        }
    }

    private IEnumerable<string> Lines()
    {
        yield return Greeting;
        yield return Message;
        if (Link is not null)
        {
            yield return $"{Button}:\n{Link}";
        }

        if (Code is not null)
        {
            yield return $"Or type this code: {Code}";
        }

        if (Closing is not null)
        {
            yield return Closing;
        }
    }
}
