using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;

namespace OnePlatform.Gateway.Documents;

/// <summary>A page for each problem, at the address that its <c>type</c> states.</summary>
internal static class ProblemPages
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

    public static IResult List(HttpContext context)
    {
        var items = new StringBuilder("<h1>Problems</h1><p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>code</code>, and that of each of its <code>errors</code>, is one of these.</p><dl>");
        foreach (var page in ProblemCatalogue.All)
        {
            items.Append($"<dt><a href=\"/problems/{page.Code}\"><code>{page.Code}</code></a> · {page.Status}</dt><dd>{WebUtility.HtmlEncode(page.Meaning)}</dd>");
        }

        return Page(context, "Problems", items.Append("</dl>").ToString());
    }

    public static IResult Show(string code, HttpContext context)
        => ProblemCatalogue.All.FirstOrDefault(page => page.Code == code) is { } page
            ? Page(context, page.Code, $"<h1><code>{page.Code}</code></h1><p>Status {page.Status}.</p><p>{WebUtility.HtmlEncode(page.Meaning)}</p><h2>What to do</h2><p>{WebUtility.HtmlEncode(page.Remedy)}</p><p><a href=\"/problems\">All problems</a></p>")
            : TypedResults.NotFound();

    private static ContentHttpResult Page(HttpContext context, string title, string body)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return TypedResults.Content(
            $$"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{title}} · OnePlatform</title>
            <style>body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
            code{font-family:ui-monospace,monospace}dt{margin-top:1rem}@media(prefers-color-scheme:dark){body{color:#eee;background:#151515}a{color:#8ab4f8} }</style>
            </head><body>{{body}}</body></html>
            """,
            "text/html; charset=utf-8");
    }
}
