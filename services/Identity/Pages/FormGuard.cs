using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using OnePlatform.Identity.Secrets;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Pages;

/// <summary>
/// Against forms posted from other sites: a random cookie and its tag in the form. Unlike the framework's, it needs no key ring that
/// every instance would have to share; the configured secret does.
/// </summary>
internal sealed class FormGuard(DerivedKeys secrets, IOptions<PlatformOptions> platform)
{
    public const string Field = "guard";
    private const string Name = "oneplatform.form";

    private bool IsSecure => platform.Value.PublicUrl.Scheme == Uri.UriSchemeHttps;

    // A cookie of this prefix cannot be set by another host of the same domain, whose value would fit a form of theirs.
    private string Cookie => IsSecure ? $"__Host-{Name}" : Name;

    /// <summary>The form's hidden value; sets the cookie when the browser has none.</summary>
    public string Issue(HttpContext context)
    {
        if (context.Request.Cookies[Cookie] is not { Length: 43 } value)
        {
            value = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            context.Response.Cookies.Append(Cookie, value, new CookieOptions
            {
                HttpOnly = true,
                Secure = IsSecure,
                SameSite = SameSiteMode.Strict,
                Path = "/",
            });
        }

        return TagOf(value);
    }

    public bool Accepts(HttpRequest request, IFormCollection form)
        => request.Cookies[Cookie] is { Length: 43 } value
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form[Field].ToString()), Encoding.UTF8.GetBytes(TagOf(value)));

    private string TagOf(string value) => Base64Url.EncodeToString(secrets.Tag("form", value));
}
