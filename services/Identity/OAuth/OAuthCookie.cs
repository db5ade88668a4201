using Microsoft.Extensions.Options;
using OnePlatform.Identity.Secrets;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.OAuth;

/// <summary>Knows the browser again that was sent to a provider. One value for all of its tabs.</summary>
internal sealed class OAuthCookie(IOptions<PlatformOptions> platform)
{
    private const string Name = "oneplatform.oauth";

    private bool IsSecure => platform.Value.PublicUrl.Scheme == Uri.UriSchemeHttps;

    private string FullName => IsSecure ? $"__Secure-{Name}" : Name;

    public string? Read(HttpRequest request) => request.Cookies[FullName];

    /// <summary>The browser's value; a new one when it has none.</summary>
    public string Issue(HttpContext context)
    {
        var value = Read(context.Request) is { Length: 43 } known ? known : OpaqueToken.New().Text;
        context.Response.Cookies.Append(FullName, value, new CookieOptions
        {
            HttpOnly = true,
            Secure = IsSecure,
            SameSite = SameSiteMode.Lax,
            Path = "/api/auth",
            MaxAge = OAuthFlows.Life,
        });
        return value;
    }
}
