using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace OnePlatform.Identity.Pages;

/// <summary>A page of plain HTML: no script, nothing from elsewhere, and readable aloud.</summary>
internal sealed class AccountPage(string title)
{
    private readonly StringBuilder _body = new();

    public AccountPage Text(string text, bool isError = false)
    {
        _body.Append(isError ? $"""<p role="alert" class="error">{Encode(text)}</p>""" : $"<p>{Encode(text)}</p>");
        return this;
    }

    public AccountPage Link(string text, string address)
    {
        _body.Append($"""<p><a href="{Encode(address)}">{Encode(text)}</a></p>""");
        return this;
    }

    /// <param name="action">Path of the form.</param>
    /// <param name="guard">From <see cref="FormGuard"/>.</param>
    /// <param name="button">What happens.</param>
    /// <param name="fields">What is asked for, and hidden values.</param>
    public AccountPage Form(string action, string guard, string button, params IEnumerable<FormField> fields)
    {
        _body.Append($"""<form method="post" action="{Encode(action)}"><input type="hidden" name="{FormGuard.Field}" value="{Encode(guard)}">""");
        foreach (var field in fields)
        {
            _body.Append(field.Label is null
                ? $"""<input type="hidden" name="{field.Name}" value="{Encode(field.Value)}">"""
                : $"""<p><label for="{field.Name}">{Encode(field.Label)}</label><input id="{field.Name}" name="{field.Name}" type="{field.Type}" autocomplete="{field.Autocomplete}" required></p>""");
        }

        _body.Append($"""<p><button type="submit">{Encode(button)}</button></p></form>""");
        return this;
    }

    /// <param name="context">The request.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="formEndsAt">Where a form of the page may lead to in the end; browsers hold redirects to the policy for forms too.</param>
    public IResult Show(HttpContext context, int status = StatusCodes.Status200OK, Uri? formEndsAt = null)
    {
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = $"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'{(formEndsAt is null ? "" : $" {formEndsAt.GetLeftPart(UriPartial.Authority)}")}; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        return Results.Content(Html(nonce), "text/html; charset=utf-8", Encoding.UTF8, status);
    }

    private string Html(string nonce) =>
        $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{Encode(title)}}</title>
        <style nonce="{{nonce}}">
        body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 28rem; margin: 10vh auto; padding: 0 1rem; color: #1b1b1f; background: #fff; }
        label { display: block; font-weight: 600; } input { font: inherit; width: 100%; padding: .5rem; box-sizing: border-box; border: 1px solid #555; }
        button { font: inherit; padding: .6rem 1.2rem; border: 0; background: #1a4fb4; color: #fff; } .error { color: #a3001b; }
        :focus-visible { outline: 3px solid #d97706; outline-offset: 2px; }
        </style>
        </head>
        <body><main><h1>{{Encode(title)}}</h1>{{_body}}</main></body>
        </html>
        """;

    private static string Encode(string? text) => HtmlEncoder.Default.Encode(text ?? "");
}

/// <param name="Label">Null for a hidden value.</param>
internal sealed record FormField(string Name, string? Label = null, string Type = "text", string Autocomplete = "off", string? Value = null);
