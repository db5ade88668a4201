using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OnePlatform.ServiceDefaults;

/// <summary>Every request has an id: the client's, when it is well formed, or a new one. It is answered in <c>X-Request-Id</c>.</summary>
public static partial class RequestId
{
    /// <summary>The header, both ways.</summary>
    public const string Header = "X-Request-Id";

    internal static void UseRequestId(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var stated = context.Request.Headers[Header];
        var id = stated.Count == 1 && WellFormed().IsMatch(stated[0]!) ? stated[0]! : null;
        if (id is null)
        {
            id = Guid.CreateVersion7().ToString();
            context.Request.Headers[Header] = id;
        }

        context.TraceIdentifier = id;
        // At the last moment, or an error handler would clear it; without a closure, as every request passes here.
        context.Response.OnStarting(
            static state =>
            {
                var answered = (HttpContext)state;
                answered.Response.Headers[Header] = answered.TraceIdentifier;
                return Task.CompletedTask;
            },
            context);
        return next(context);
    });

    [GeneratedRegex("^[A-Za-z0-9._-]{1,128}\\z")]
    private static partial Regex WellFormed();
}
