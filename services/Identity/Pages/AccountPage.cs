using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace OnePlatform.Identity.Pages;

/// <summary>A page of plain HTML: no script, nothing from elsewhere, and readable aloud.</summary>
internal sealed class AccountPage(string title)
{
    private const string ErrorId = "problem";

    private static readonly string s_style = ReadStyle();

    // The one style is known by its digest, so that nothing else that finds its way into a page is taken for it.
    private static readonly string s_styleSource = $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(s_style)))}'";

    private readonly StringBuilder _body = new();
    private string? _error;
    private string? _next;

    public AccountPage Text(string text) => Add($"<p>{Encode(text)}</p>");

    public AccountPage List(IEnumerable<string> items) => Add($"<ul>{string.Concat(items.Select(i => $"<li>{Encode(i)}</li>"))}</ul>");

    /// <summary>What went wrong: said before everything else, in the title too, and with each field of the page.</summary>
    public AccountPage Error(string? text)
    {
        _error = text;
        return this;
    }

    public AccountPage Link(string text, string address) => Add($"""<p><a href="{Encode(address)}">{Encode(text)}</a></p>""");

    /// <summary>One of several ways to go on.</summary>
    public AccountPage Way(string text, string address) => Add($"""<p class="way"><a href="{Encode(address)}">{Encode(text)}</a></p>""");

    /// <summary>The way on from here.</summary>
    public AccountPage Onward(string text, string address) => Add($"""<p class="onward"><a href="{Encode(address)}">{Encode(text)}</a></p>""");

    /// <summary>The way on, which the browser takes by itself. By this and not by a redirect, which browsers hold to the policy for forms.</summary>
    public AccountPage OnwardAtOnce(string address)
    {
        _next = address;
        return Onward("Continue", address);
    }

    /// <param name="action">Path of the form.</param>
    /// <param name="guard">From <see cref="FormGuard"/>.</param>
    /// <param name="button">What happens.</param>
    /// <param name="fields">What is asked for, and hidden values.</param>
    public AccountPage Form(string action, string guard, string button, params IEnumerable<FormField> fields)
        => Form(action, guard, [new FormButton(button)], fields);

    public AccountPage Form(string action, string guard, IReadOnlyList<FormButton> buttons, params IEnumerable<FormField> fields)
    {
        Add($"""<form method="post" action="{Encode(action)}"><input type="hidden" name="{FormGuard.Field}" value="{Encode(guard)}">""");
        foreach (var field in fields)
        {
            Add(field.Html(_error is null ? null : ErrorId));
        }

        foreach (var button in buttons)
        {
            Add(button.Html());
        }

        return Add("</form>");
    }

    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="formEndsAt">Where a form of the page may lead to in the end; browsers hold redirects to the policy for forms too.</param>
    public IResult Show(HttpContext context, int status = StatusCodes.Status200OK, Uri? formEndsAt = null)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src {s_styleSource}; form-action 'self'{(formEndsAt is null ? "" : $" {formEndsAt.GetLeftPart(UriPartial.Authority)}")}; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        return Results.Content(Html(), "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    internal static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");

    private AccountPage Add(string html)
    {
        _body.Append(html);
        return this;
    }

    private string Html()
    {
        var error = _error is null ? "" : $"""<p role="alert" class="error" id="{ErrorId}">{Encode(_error)}</p>""";
        var next = _next is null ? "" : $"""<meta http-equiv="refresh" content="0;url={Encode(_next)}">""";
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">{next}
            <title>{(_error is null ? "" : "Error: ")}{Encode(title)} – OnePlatform</title>
            <style>{s_style}</style>
            </head>
            <body><header>OnePlatform</header><main><h1>{Encode(title)}</h1>{error}{_body}</main></body>
            </html>
            """;
    }

    private static string ReadStyle()
    {
        using var stream = typeof(AccountPage).Assembly.GetManifestResourceStream("pages.css")
            ?? throw new InvalidOperationException("The style of the pages is not part of this build.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
