using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>Every way to a client's tokens that is not the right one, each with the error that the standards name for it.</summary>
public sealed class GrantingToClients(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_code_that_comes_back_ends_what_it_led_to()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var code = await client.CodeAsync(browser);
        var tokens = await JsonAsync(await client.RedeemAsync(code));
        using var replay = await client.RedeemAsync(code);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(replay));
        await IsOverAsync(client, tokens);
        await SessionsRevokedSaysAsync("client_token_reused", tokens);
    }

    [Fact]
    public async Task A_refresh_token_that_comes_back_ends_its_family()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var first = await client.TokensAsync(browser);
        var second = await JsonAsync(await client.RefreshAsync(first));
        Assert.NotEqual(first["refresh_token"]!.GetValue<string>(), second["refresh_token"]!.GetValue<string>());
        using var reused = await client.RefreshAsync(first);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(reused));
        await IsOverAsync(client, second);
        await SessionsRevokedSaysAsync("client_token_reused", second);
    }

    [Fact]
    public async Task Of_many_at_once_with_one_code_or_one_refresh_token_at_most_one_succeeds()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var code = await client.CodeAsync(browser);
        var redeemed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.RedeemAsync(code)));
        Assert.True(redeemed.Count(r => r.IsSuccessStatusCode) <= 1);
        Assert.All(redeemed, r => Assert.True((int)r.StatusCode < 500));
        var tokens = await client.TokensAsync(browser);
        var refreshed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => client.RefreshAsync(tokens)));
        Assert.True(refreshed.Count(r => r.IsSuccessStatusCode) <= 1);
        Assert.All(refreshed, r => Assert.True((int)r.StatusCode < 500));
    }

    [Theory]
    [InlineData("authorize")]
    [InlineData("token")]
    [InlineData("userinfo")]
    [InlineData("revoke")]
    [InlineData("introspect")]
    [InlineData("logout")]
    public async Task A_form_that_cannot_be_read_is_the_clients_fault(string operation)
    {
        using var anybody = identity.Anonymous;
        using var tooLong = new FormUrlEncodedContent([new(new string('k', 3000), "v")]);
        using var broken = new StringContent("no part", MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x"));
        using var zero = new FormUrlEncodedContent([new("client_id", "a\0b")]);
        foreach (var form in new HttpContent[] { tooLong, broken, zero })
        {
            using var refused = await anybody.PostAsync($"/connect/{operation}", form);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            Assert.Equal("malformed_body", (await JsonAsync(refused))["code"]!.GetValue<string>());
        }
    }

    [Theory]
    [InlineData("authorize")]
    [InlineData("logout")]
    public async Task A_zero_in_the_query_is_the_clients_fault(string operation)
    {
        using var anybody = identity.Anonymous;
        using var refused = await anybody.GetAsync($"/connect/{operation}?client_id=a%00b&redirect_uri=https%3A%2F%2Fshop.example&response_type=code");
        Assert.Equal("malformed_body", (await JsonAsync(refused))["code"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("code_verifier", "another-verifier-of-forty-three-characters-at-l", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_request")]
    [InlineData("redirect_uri", "https://app.example/callback/", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("code", "made-up", "invalid_grant")]
    [InlineData("code", null, "invalid_request")]
    [InlineData("client_secret", "not-the-secret", "invalid_client")]
    [InlineData("client_secret", null, "invalid_client")]
    [InlineData("client_id", "nobody", "invalid_client")]
    [InlineData("grant_type", "password", "unsupported_grant_type")]
    [InlineData("grant_type", null, "invalid_request")]
    public async Task A_code_is_redeemed_only_by_a_whole_request(string parameter, string? value, string error)
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        using var response = await client.RedeemAsync(await client.CodeAsync(browser), (parameter, value));
        Assert.Equal(error, await OidcClient.ErrorAsync(response));
        Assert.Equal(error == "invalid_client" ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_code_and_a_refresh_token_are_good_for_their_own_client_only()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var other = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var code = await client.CodeAsync(browser);
        using var stolen = await other.RedeemAsync(code);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(stolen));
        var tokens = await JsonAsync(await client.RedeemAsync(code));
        using var refreshed = await other.RefreshAsync(tokens);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(refreshed));
        Assert.False((await other.IntrospectAsync(tokens["access_token"]!.GetValue<string>()))["active"]?.GetValue<bool>() ?? false);
        await other.PostAsync("revoke", ("token", tokens["refresh_token"]!.GetValue<string>()));
        using var still = await client.RefreshAsync(tokens);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Theory]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("scope", "openid things:fly", "invalid_scope")]
    [InlineData("scope", "openid things:write", "invalid_request")]
    [InlineData("scope", "openid api-keys:manage", "invalid_scope")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_mode", "form_post", "invalid_request")]
    public async Task A_request_that_asks_for_what_is_not_given_comes_back_with_its_error(string parameter, string? value, string error)
    {
        var client = await OidcClient.RegisterAsync(identity, "things:read");
        var (browser, _) = await OidcClient.PersonAsync(identity);
        using var response = await client.AuthorizeAsync(browser, otherwise: (parameter, value));
        Assert.DoesNotContain("code=", response.Headers.Location?.Query ?? "", StringComparison.Ordinal);
        if (response.Headers.Location is { } location)
        {
            Assert.StartsWith(OidcClient.RedirectUri, location.ToString(), StringComparison.Ordinal);
            Assert.Equal(error, await OidcClient.ErrorAsync(response));
        }
        else
        {
            Assert.Contains(error, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("redirect_uri", "https://app.example/callback/")]
    [InlineData("redirect_uri", "https://app.example/callback?x=1")]
    [InlineData("redirect_uri", "https://APP.example/callback2")]
    [InlineData("redirect_uri", "https://evil.example/callback")]
    [InlineData("redirect_uri", null)]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", null)]
    public async Task Nobody_is_sent_to_an_address_that_is_not_registered(string parameter, string? value)
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        using var response = await client.AuthorizeAsync(browser, otherwise: (parameter, value));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Contains("That did not work", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_does_not_outlive_the_session_it_came_from()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var code = await client.CodeAsync(browser);
        using var signedOut = await browser.PostAsync("/api/auth/signout", null);
        Assert.Equal(HttpStatusCode.NoContent, signedOut.StatusCode);
        using var late = await client.RedeemAsync(code);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(late));
        using var anonymous = await client.AuthorizeAsync(browser);
        Assert.StartsWith("/account/signin?returnTo=", anonymous.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var silent = await client.AuthorizeAsync(browser, otherwise: ("prompt", "none"));
        Assert.Equal("login_required", await OidcClient.ErrorAsync(silent));
    }

    [Fact]
    public async Task Without_consent_given_on_our_own_page_there_is_no_code()
    {
        var client = await OidcClient.RegisterAsync(identity, new { name = "<b>Shady</b>", redirectUris = new[] { OidcClient.RedirectUri }, scopes = new[] { "things:read" } });
        var (browser, _) = await OidcClient.PersonAsync(identity);
        using var silent = await client.AuthorizeAsync(browser, otherwise: ("prompt", "none"));
        Assert.Equal("consent_required", await OidcClient.ErrorAsync(silent));
        using var asked = await client.AuthorizeAsync(browser, "openid things:read", ("nonce", "\"><script>"));
        var html = await asked.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Shady", html, StringComparison.Ordinal);
        var fields = Regex.Matches(html[..html.IndexOf("</form>", StringComparison.Ordinal)], "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")
            .ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        Assert.DoesNotContain("decision", fields.Keys);
        Assert.Contains("name=\"decision\" value=\"deny\"", html, StringComparison.Ordinal);
        fields["decision"] = "allow";
        using var foreign = await browser.PostAsync("/connect/authorize", new FormUrlEncodedContent(new Dictionary<string, string>(fields) { ["guard"] = "made-up" }));
        Assert.Null(foreign.Headers.Location);
        using var allowed = await browser.PostAsync("/connect/authorize", new FormUrlEncodedContent(fields));
        Assert.True(allowed.Headers.Location is not null, await allowed.Content.ReadAsStringAsync());
        Assert.Contains("code=", allowed.Headers.Location.Query, StringComparison.Ordinal);
        using var wider = await client.AuthorizeAsync(browser, "openid email things:read");
        Assert.Contains("See your e-mail address", await wider.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_account_gets_nothing_more()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, signedUp) = await OidcClient.PersonAsync(identity);
        var tokens = await client.TokensAsync(browser);
        var code = await client.CodeAsync(browser);
        await identity.Database.ScalarAsync<int>("update users set locked_at = now() where id = $1", signedUp["user"]!["id"]!.GetValue<Guid>());
        using var redeemed = await client.RedeemAsync(code);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(redeemed));
        await IsOverAsync(client, tokens);
    }

    [Fact]
    public async Task Of_a_deleted_account_no_token_and_no_consent_stays()
    {
        const string Kept = "select (select count(*) from oidc_tokens where subject = $1) + (select count(*) from oidc_authorizations where subject = $1)";
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, signedUp) = await OidcClient.PersonAsync(identity);
        var tokens = await client.TokensAsync(browser);
        var person = signedUp["user"]!["id"]!.GetValue<string>();
        Assert.NotEqual(0, await identity.Database.ScalarAsync<long>(Kept, person));
        using var deleted = await browser.DeleteAsync("/api/auth/me");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(0, await identity.Database.ScalarAsync<long>(Kept, person));
        using var refreshed = await client.RefreshAsync(tokens);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(refreshed));
    }

    [Fact]
    public async Task Refresh_tokens_outlive_the_signing_key_of_their_day()
    {
        var client = await OidcClient.RegisterAsync(identity);
        var (browser, _) = await OidcClient.PersonAsync(identity);
        var tokens = await client.TokensAsync(browser);
        await using var later = identity.StartAnother();
        await identity.Database.ScalarAsync<int>("update signing_keys set published_until = now(), not_after = now()");
        using var fresh = later.CreateClient();
        using var refreshed = await fresh.PostAsync("/connect/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["client_id"] = client.ClientId,
            ["client_secret"] = client.Secret!,
            ["grant_type"] = "refresh_token",
            ["refresh_token"] = tokens["refresh_token"]!.GetValue<string>(),
        }));
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
    }

    private async Task IsOverAsync(OidcClient client, JsonObject tokens)
    {
        using var refreshed = await client.RefreshAsync(tokens);
        Assert.Equal("invalid_grant", await OidcClient.ErrorAsync(refreshed));
        var access = tokens["access_token"]!.GetValue<string>();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.UserInfoAsync(access)).StatusCode);
        Assert.False((await client.IntrospectAsync(access))["active"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await identity.ExchangeAsync("access_token", access)).StatusCode);
    }

    private async Task SessionsRevokedSaysAsync(string reason, JsonObject tokens)
    {
        var session = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(tokens["access_token"]!.GetValue<string>()).GetClaim("sid").Value;
        Assert.Equal(1, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%SessionsRevoked%' and body like '%' || $1 || '%' and body like '%' || $2 || '%'", reason, session));
    }
}
