using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class RegisteringClients(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private const string Route = "/api/auth/oidc-clients";

    [Fact]
    public async Task A_platform_owner_registers_changes_and_removes_a_client_whose_secret_is_shown_once()
    {
        using var owner = await OidcClient.PlatformOwnerAsync(identity);
        using var created = await owner.PostAsJsonAsync(Route, new { name = "Shop", redirectUris = new[] { OidcClient.RedirectUri }, scopes = new[] { "openid", "things:read" } });
        var client = await JsonAsync(created);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal(43, client["clientSecret"]!.GetValue<string>().Length);
        var path = created.Headers.Location!.ToString();
        var read = (await owner.GetFromJsonAsync<JsonObject>(path))!;
        Assert.Null(read["clientSecret"]);
        Assert.Equal(["things:read"], read["scopes"]!.AsArray().Select(s => s!.GetValue<string>()));
        var stored = await identity.Database.ScalarAsync<string>("select client_secret from oidc_clients where id = $1", client["id"]!.GetValue<Guid>());
        Assert.DoesNotContain(client["clientSecret"]!.GetValue<string>(), stored, StringComparison.Ordinal);

        using var changed = await owner.PatchAsJsonAsync(path, new { name = "Store", postLogoutRedirectUris = new[] { "http://127.0.0.1:4000/bye" } });
        var now = await JsonAsync(changed);
        Assert.Equal("Store", now["name"]!.GetValue<string>());
        Assert.Equal([OidcClient.RedirectUri], now["redirectUris"]!.AsArray().Select(s => s!.GetValue<string>()));
        using var renewed = await owner.PostAsync($"{path}/renew-secret", null);
        var next = (await JsonAsync(renewed))["clientSecret"]!.GetValue<string>();
        var before = new OidcClient(identity, Guid.Empty, client["clientId"]!.GetValue<string>(), client["clientSecret"]!.GetValue<string>());
        Assert.Equal("invalid_client", await OidcClient.ErrorAsync(await before.RedeemAsync("x")));
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(await (before with { Secret = next }).RedeemAsync("x")));
        Assert.Contains(client["id"]!.GetValue<string>(), await owner.GetStringAsync(Route), StringComparison.Ordinal);

        using var removed = await owner.DeleteAsync(path);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.DeleteAsync(path)).StatusCode);
        Assert.Equal("invalid_client", await OidcClient.ErrorAsync(await (before with { Secret = next }).RedeemAsync("x")));
    }

    [Fact]
    public async Task Removing_a_client_ends_what_people_allowed_it()
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var tokens = await client.TokensAsync(browser);
        using var owner = await OidcClient.PlatformOwnerAsync(identity);
        await owner.DeleteAsync($"{Route}/{client.Id}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.ExchangeAsync("access_token", tokens["access_token"]!.GetValue<string>())).StatusCode);
        Assert.Equal(0, await identity.Database.ScalarAsync<long>("select count(*) from sessions where client_id = $1 and revoked_at is null", client.Id));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>("select count(*) from outbox where type like '%SessionsRevoked%' and body like '%client_removed%'"));
    }

    [Theory]
    [InlineData("http://app.example/callback")]
    [InlineData("https://app.example/callback#here")]
    [InlineData("https://user@app.example/callback")]
    [InlineData("https://*.app.example/callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData("com.example.app:/callback")]
    [InlineData("/callback")]
    [InlineData("http://127.0.0.1.evil.example/")]
    [InlineData("https://app.example/\\evil")]
    public async Task An_address_that_could_leak_codes_is_refused(string address)
    {
        using var owner = await OidcClient.PlatformOwnerAsync(identity);
        using var response = await owner.PostAsJsonAsync(Route, new { name = "Shop", redirectUris = new[] { address } });
        Assert.Equal("invalid_redirect_uri", await CodeAsync(response));
        using var after = await owner.PostAsJsonAsync(Route, new { name = "Shop", redirectUris = new[] { OidcClient.RedirectUri }, postLogoutRedirectUris = new[] { address } });
        Assert.Equal(HttpStatusCode.BadRequest, after.StatusCode);
    }

    [Theory]
    [InlineData("""{"name":"x"}""", "required")]
    [InlineData("""{"name":"x","redirectUris":["https://a.example/"],"scopes":["api-keys:manage"]}""", "unknown_scope")]
    [InlineData("""{"name":"x","redirectUris":["https://a.example/"],"scopes":["*"]}""", "unknown_scope")]
    [InlineData("""{"name":"x","public":true,"redirectUris":["https://a.example/"],"groupId":"0198f000-0000-7000-8000-000000000000"}""", "public_client")]
    [InlineData("""{"name":"","redirectUris":["https://a.example/"]}""", "validation_failed")]
    [InlineData("""{"name":"x","secret":"mine"}""", "unknown_member")]
    public async Task A_client_that_makes_no_sense_is_refused(string body, string code)
    {
        using var owner = await OidcClient.PlatformOwnerAsync(identity);
        using var response = await owner.PostAsync(Route, new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, await CodeAsync(response));
    }

    [Fact]
    public async Task Only_a_platform_owner_in_person_may()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.Anonymous.GetAsync(Route)).StatusCode);
        var (groupOwner, _, _) = await identity.OwnerAsync();
        Assert.Equal("insufficient_role", await CodeAsync(await groupOwner.GetAsync(Route)));
        using var created = await groupOwner.PostAsJsonAsync(Route, new { name = "x", redirectUris = new[] { OidcClient.RedirectUri } });
        Assert.Equal(HttpStatusCode.Forbidden, created.StatusCode);

        // Not even an application that a platform owner lets in.
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        var browser = identity.Host.CreateClient(new() { AllowAutoRedirect = false });
        using var signedIn = await browser.PostAsJsonAsync("/api/auth/signin", new { email = "admin@oneplatform.local", password = Password });
        var token = (await client.TokensAsync(browser))["access_token"]!.GetValue<string>();
        var exchanged = (await JsonAsync(await identity.ExchangeAsync("access_token", token)))["accessToken"]!.GetValue<string>();
        using var app = identity.Host.ClientWith(exchanged);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync(Route)).StatusCode);
    }

    [Fact]
    public async Task A_client_of_the_configuration_is_kept_in_step_with_it()
    {
        (string, string)[] settings =
        [
            ("OpenIdConnect:Clients:0:ClientId", "kiosk"),
            ("OpenIdConnect:Clients:0:Name", "Kiosk"),
            ("OpenIdConnect:Clients:0:RedirectUris:0", "http://127.0.0.1:4000/callback"),
        ];
        await using (var first = identity.StartAnother(settings))
        {
            first.CreateClient().Dispose();
        }

        await using var second = identity.StartAnother([.. settings, ("OpenIdConnect:Clients:0:Scopes:0", "things:read"), ("OpenIdConnect:Clients:0:Trusted", "true")]);
        second.CreateClient().Dispose();
        using var owner = await OidcClient.PlatformOwnerAsync(identity);
        var kiosk = (await owner.GetFromJsonAsync<JsonObject>(Route))!["items"]!.AsArray().Single(c => c!["clientId"]!.GetValue<string>() == "kiosk")!;
        Assert.True(kiosk["configured"]!.GetValue<bool>() && kiosk["public"]!.GetValue<bool>() && kiosk["trusted"]!.GetValue<bool>());
        Assert.Equal("client_configured", await CodeAsync(await owner.DeleteAsync($"{Route}/{kiosk["id"]}")));
        Assert.Equal("client_configured", await CodeAsync(await owner.PatchAsJsonAsync($"{Route}/{kiosk["id"]}", new { name = "Mine" })));
        await using var third = identity.StartAnother();
        third.CreateClient().Dispose();
        Assert.DoesNotContain("kiosk", await owner.GetStringAsync(Route), StringComparison.Ordinal);
    }

    [Fact]
    public void A_faulty_configuration_keeps_the_service_from_starting()
    {
        using var host = identity.StartAnother(("OpenIdConnect:Clients:0:ClientId", "kiosk"), ("OpenIdConnect:Clients:0:Name", "Kiosk"), ("OpenIdConnect:Clients:0:Secret", "short"));
        Assert.Contains("Secret needs 32 characters", Assert.Throws<OptionsValidationException>(() => host.CreateClient()).Message, StringComparison.Ordinal);
    }
}
