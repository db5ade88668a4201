using Microsoft.Extensions.Options;
using OnePlatform.ServiceDefaults;

namespace OnePlatform.Identity.OpenIdConnect;

/// <summary>
/// How the server calls itself: <c>iss</c> of the tokens that clients get, and <c>aud</c> of their access tokens. It differs from
/// the name in the platform's own tokens on purpose, so that no service takes a client's token before the gateway has exchanged it.
/// </summary>
internal sealed class ClientIssuer(IOptions<PlatformOptions> platform)
{
    public Uri Address => platform.Value.PublicUrl;

    /// <summary>With the slash at the end that an address without a path has.</summary>
    public string Name => Address.AbsoluteUri;
}
