using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.BetterAuth;

/// <summary>These clients carry the challenge between the two factors in a cookie and not in the body.</summary>
internal sealed class ChallengeCookie(IOptions<PlatformOptions> platform)
{
    private const string Name = "better-auth.two_factor";
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);

    private bool IsSecure => platform.Value.PublicUrl.Scheme == Uri.UriSchemeHttps;

    private string FullName => IsSecure ? $"__Secure-{Name}" : Name;

    public string? Read(HttpRequest request) => request.Cookies[FullName];

    public void Set(HttpResponse response, string challenge) => response.Cookies.Append(FullName, challenge, Attributes(s_life));

    public void Clear(HttpResponse response) => response.Cookies.Delete(FullName, Attributes(null));

    private CookieOptions Attributes(TimeSpan? life)
        => new() { HttpOnly = true, Secure = IsSecure, SameSite = SameSiteMode.Lax, Path = "/api/auth", MaxAge = life };
}
