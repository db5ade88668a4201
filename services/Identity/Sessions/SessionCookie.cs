using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Sessions;

/// <summary>The browser's credential, under the name that Better Auth clients know.</summary>
internal sealed class SessionCookie(IOptions<PlatformOptions> platform, IOptions<IdentityOptions> options)
{
    private const string Name = "better-auth.session_token";

    private bool IsSecure => platform.Value.PublicUrl.Scheme == Uri.UriSchemeHttps;

    private string FullName => IsSecure ? $"__Secure-{Name}" : Name;

    public void Set(HttpResponse response, OpenedSession opened)
    {
        if (opened.Cookie is { } token)
        {
            response.Cookies.Append(FullName, token.Text, Attributes(options.Value.CookieLife));
        }
    }

    public string? Read(HttpRequest request) => request.Cookies[FullName];

    /// <summary>Gives the request's cookie another life; false when there is none.</summary>
    public bool Renew(HttpContext context)
    {
        if (Read(context.Request) is not { } value)
        {
            return false;
        }

        context.Response.Cookies.Append(FullName, value, Attributes(options.Value.CookieLife));
        return true;
    }

    public void Clear(HttpResponse response) => response.Cookies.Delete(FullName, Attributes(null));

    private CookieOptions Attributes(TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = IsSecure,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = life,
    };
}
