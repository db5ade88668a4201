using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.Accounts;

/// <summary>Whose pages may use the session cookie, and where people may be sent back to.</summary>
internal sealed class ReturnAddresses(IOptions<PlatformOptions> platform, IOptions<IdentityOptions> options)
{
    public bool Trusts(string origin)
        => Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && (IsOrigin(uri, platform.Value.PublicUrl)
                || options.Value.TrustedOrigins.Any(t => Uri.TryCreate(t, UriKind.Absolute, out var trusted) && IsOrigin(uri, trusted)));

    /// <summary>A path of this installation, or an address under a trusted origin. Anything else would make us an open redirect.</summary>
    public bool Allows(string? returnTo)
        => returnTo is null || (!returnTo.Any(c => char.IsControl(c) || c == '\\') && (IsPath(returnTo) || Trusts(returnTo)));

    private static bool IsPath(string text) => text is "/" || (text.Length > 1 && text[0] == '/' && text[1] != '/');

    private static bool IsOrigin(Uri uri, Uri origin)
        => uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0
            && Uri.Compare(uri, origin, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
