using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;
using static OnePlatform.Identity.Tests.ProviderHost;

namespace OnePlatform.Identity.Tests;

public sealed class SigningInByProvider(ProviderHost host) : IClassFixture<ProviderHost>
{
    [Theory]
    [InlineData("fake")]
    [InlineData("github")]
    public async Task A_new_person_gets_a_verified_account_and_comes_back_to_it(string provider)
    {
        var person = host.Meet();
        using var browser = host.Browser();
        using var back = await SignInAsync(browser, $"/api/auth/oauth/{provider}?returnTo=%2Fhome%3Ftab%3D1");
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        Assert.Equal("/home?tab=1", back.Headers.Location!.OriginalString);
        var first = (await browser.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["user"]!;
        Assert.Equal(person.Email, first["email"]!.GetValue<string>());
        Assert.Equal("Ada", first["name"]!.GetValue<string>());
        Assert.True(first["emailVerified"]!.GetValue<bool>());

        using var elsewhere = host.Browser();
        using var again = await SignInAsync(elsewhere, $"/api/auth/oauth/{provider}");
        Assert.Equal(first["id"]!.ToString(), (await elsewhere.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["user"]!["id"]!.ToString());
        Assert.Equal(1, await host.Identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%UserRegistered%' and body like '%' || $1 || '%' and body like $2", person.Email!, $"%\"authProvider\": \"{provider}\"%".Replace(" ", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Who_accepts_json_only_gets_tokens()
    {
        host.Meet();
        using var browser = host.Browser(wantsPages: false);
        using var back = await SignInAsync(browser);
        Assert.Equal(HttpStatusCode.OK, back.StatusCode);
        Assert.NotNull((await JsonAsync(back))["refreshToken"]);
    }

    [Fact]
    public async Task The_address_may_come_from_the_user_info()
    {
        var person = host.Meet();
        host.Provider.SlimTokens = true;
        using var browser = host.Browser();
        using var back = await SignInAsync(browser);
        Assert.Equal(person.Email, (await browser.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["user"]!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_known_person_whose_address_both_sides_verified_is_linked_and_told()
    {
        var email = NewEmail();
        var user = await VerifiedAsync(email);
        host.Meet(email.ToUpperInvariant());
        using var browser = host.Browser();
        using var back = await SignInAsync(browser);
        Assert.Equal(user, await UserOfAsync(browser));
        await host.Identity.MailAsync(email, "way to sign in was added");
    }

    [Theory]
    [InlineData(false, true, HttpStatusCode.Conflict)]
    [InlineData(true, false, HttpStatusCode.Forbidden)]
    [InlineData(false, false, HttpStatusCode.Forbidden)]
    public async Task An_account_is_not_linked_by_an_address_that_either_side_has_not_verified(bool here, bool there, HttpStatusCode expected)
    {
        var email = NewEmail();
        if (here)
        {
            await VerifiedAsync(email);
        }
        else
        {
            await host.Identity.SignUpAsync(email);
        }

        host.Meet(email, there);
        using var browser = host.Browser(wantsPages: false);
        using var back = await SignInAsync(browser);
        Assert.Equal(expected, back.StatusCode);
        Assert.Equal(expected == HttpStatusCode.Conflict ? "account_exists" : "provider_email_not_verified", await CodeAsync(back));
        await NobodyIsSignedInAsync(browser);
    }

    [Fact]
    public async Task An_unverified_address_makes_no_account_either()
    {
        var person = host.Meet(verified: false);
        foreach (var provider in new[] { "fake", "github" })
        {
            using var browser = host.Browser(wantsPages: false);
            using var back = await SignInAsync(browser, $"/api/auth/oauth/{provider}");
            Assert.Equal("provider_email_not_verified", await CodeAsync(back));
        }

        Assert.Equal(0, await host.Identity.Database.ScalarAsync<long>("select count(*) from users where email = $1", person.Email!));
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_on_a_page_and_in_json()
    {
        var email = NewEmail();
        await VerifiedAsync(email);
        var app = await host.Identity.EnrolAsync(email);
        host.Meet(email);
        using var program = host.Browser(wantsPages: false);
        using var challenged = await SignInAsync(program);
        Assert.True((await JsonAsync(challenged))["twoFactorRequired"]!.GetValue<bool>());
        await NobodyIsSignedInAsync(program);

        using var browser = host.Browser();
        using var page = await SignInAsync(browser, "/api/auth/oauth/fake?returnTo=%2Fhome");
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("action=\"/account/second-factor\"", html, StringComparison.Ordinal);
        await NobodyIsSignedInAsync(browser);
        using var form = new FormUrlEncodedContent(Forms.Hidden(html).Append(new("code", app.NextCode())));
        using var done = await browser.PostAsync("/account/second-factor", form);
        Assert.Contains("href=\"/home\"", await done.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(2, (await browser.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["assuranceLevel"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_same_new_person_twice_at_once_gets_one_account()
    {
        var person = host.Meet();
        var returns = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var browser = host.Browser();
            return (browser, path: await GoAsync(browser));
        }));
        var answers = await Task.WhenAll(returns.Select(r => r.browser.GetAsync(r.path)));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Redirect, a.StatusCode));
        Assert.Equal(1, await host.Identity.Database.ScalarAsync<long>("select count(*) from users where email = $1", person.Email!));
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://localhost:8080@evil.example/")]
    public async Task Nobody_is_led_on_to_a_foreign_site(string returnTo)
    {
        using var browser = host.Browser(wantsPages: false);
        using var begun = await browser.GetAsync($"/api/auth/oauth/fake?returnTo={Uri.EscapeDataString(returnTo)}");
        Assert.Equal("untrusted_return_address", await CodeAsync(begun));
        using var page = await host.Browser().GetAsync($"/api/auth/oauth/fake?returnTo={Uri.EscapeDataString(returnTo)}");
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.DoesNotContain("evil", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sign_in_page_offers_the_providers_and_an_unknown_one_is_absent()
    {
        using var browser = host.Browser();
        Assert.Matches(new Regex("href=\"/api/auth/oauth/fake[^\"]*\">Sign in with Fake"), await browser.GetStringAsync("/account/signin"));
        using var unknown = await host.Browser(wantsPages: false).GetAsync("/api/auth/oauth/nowhere");
        Assert.Equal("unknown_provider", await CodeAsync(unknown));
        using var callback = await host.Browser(wantsPages: false).GetAsync("/api/auth/oauth/nowhere/callback?state=x&code=y");
        Assert.Equal(HttpStatusCode.NotFound, callback.StatusCode);
    }

    [Fact]
    public async Task No_token_of_the_provider_and_no_readable_verifier_is_stored()
    {
        host.Meet();
        using var browser = host.Browser();
        await GoAsync(browser);
        Assert.Equal(0, await host.Identity.Database.ScalarAsync<long>("select count(*) from oauth_flows where encode(secrets, 'escape') like '%Verifier%'"));
        Assert.Equal(4, await host.Identity.Database.ScalarAsync<long>("select count(*) from information_schema.columns where table_name = 'linked_accounts'"));
    }

    private async Task<Guid> VerifiedAsync(string email)
    {
        var user = (await host.Identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        await host.Identity.Database.ScalarAsync<int>("update users set email_verified = true where id = $1", user);
        return user;
    }

    private static async Task<Guid> UserOfAsync(HttpClient browser)
        => (await browser.GetFromJsonAsync<JsonObject>("/api/auth/session"))!["user"]!["id"]!.GetValue<Guid>();

    private static async Task NobodyIsSignedInAsync(HttpClient browser)
    {
        using var session = await browser.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, session.StatusCode);
    }
}

internal static class Forms
{
    /// <summary>The hidden fields of a page's form.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Hidden(string html)
        => Regex.Matches(html, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"").Select(
            m => new KeyValuePair<string, string>(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));
}
