using OnePlatform.Testing;
using Xunit;

namespace OnePlatform.Identity.Tests;

/// <summary>The published npm clients for OpenID Connect and for one-time codes, unchanged, over a socket.</summary>
public sealed class UsingOpenIdClients(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_person_with_a_second_factor_signs_in_at_a_client_which_refreshes_asks_revokes_and_signs_out()
    {
        var port = FreePort.Find();
        var address = $"http://127.0.0.1:{port}";
        await using var host = identity.StartAnother(
            ("Platform:PublicUrl", address),
            ("OpenIdConnect:Clients:0:ClientId", "shop"),
            ("OpenIdConnect:Clients:0:Name", "The Shop"),
            ("OpenIdConnect:Clients:0:Secret", "a-secret-of-the-shop-that-is-long-enough"),
            ("OpenIdConnect:Clients:0:RedirectUris:0", "https://shop.example/callback"),
            ("OpenIdConnect:Clients:0:PostLogoutRedirectUris:0", "https://shop.example/bye"),
            ("OpenIdConnect:Clients:0:Scopes:0", "things:read"));
        host.Listen(port);
        await NodeClients.CompleteAsync("openid-client.mjs", address);
    }
}
