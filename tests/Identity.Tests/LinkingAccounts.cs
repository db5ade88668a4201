using System.Net;
using System.Net.Http.Json;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;
using static OnePlatform.Identity.Tests.ProviderHost;

namespace OnePlatform.Identity.Tests;

public sealed class LinkingAccounts(ProviderHost host) : IClassFixture<ProviderHost>
{
    [Fact]
    public async Task A_person_links_a_provider_of_another_address_and_takes_it_away_again()
    {
        var (browser, email) = await PersonAsync();
        host.Meet();
        using var back = await LinkAsync(browser);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        Assert.Equal("/settings", back.Headers.Location!.OriginalString);
        Assert.Equal(["credential", "fake"], await WaysAsync(browser));
        await host.Identity.MailAsync(email, "way to sign in was added");

        using var other = host.Browser(wantsPages: false);
        using var signedIn = await SignInAsync(other);
        Assert.Equal(email, (await JsonAsync(signedIn))["user"]!["email"]!.GetValue<string>());

        using var gone = await browser.DeleteAsync("/api/auth/accounts/fake");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var twice = await browser.DeleteAsync("/api/auth/accounts/fake");
        Assert.Equal(HttpStatusCode.NotFound, twice.StatusCode);
        using var last = await browser.DeleteAsync("/api/auth/accounts/credential");
        Assert.Equal("last_way_in", await CodeAsync(last));
        Assert.Equal(["credential"], await WaysAsync(browser));
    }

    [Fact]
    public async Task Of_two_ways_in_taken_away_at_once_one_stays()
    {
        for (var i = 0; i < 3; i++)
        {
            var (browser, _) = await PersonAsync();
            host.Meet();
            using var back = await LinkAsync(browser);
            var answers = await Task.WhenAll(new[] { "fake", "credential" }.Select(p => browser.DeleteAsync($"/api/auth/accounts/{p}")));
            Assert.Single(answers, a => a.StatusCode == HttpStatusCode.NoContent);
            Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Conflict);
            Assert.Single(await WaysAsync(browser));
        }
    }

    [Fact]
    public async Task Who_came_by_a_provider_keeps_it_until_there_is_a_password()
    {
        var person = host.Meet();
        using var browser = host.Browser();
        using var back = await SignInAsync(browser);
        using var last = await browser.DeleteAsync("/api/auth/accounts/fake");
        Assert.Equal("last_way_in", await CodeAsync(last));
        using var asked = await browser.PostAsJsonAsync("/api/auth/forgot-password", new { email = person.Email });
        var mail = await host.Identity.MailAsync(person.Email!, "new password");
        using var reset = await browser.PostAsJsonAsync("/api/auth/reset-password", new { token = mail.Token, password = Password });
        using var signedIn = await browser.PostAsJsonAsync("/api/auth/signin", new { email = person.Email, password = Password });
        using var gone = await browser.DeleteAsync("/api/auth/accounts/fake");
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
    }

    [Fact]
    public async Task Who_came_by_a_provider_sets_a_second_factor_up_withendeda_password_while_the_session_is_fresh()
    {
        var person = host.Meet();
        using var browser = host.Browser();
        using var back = await SignInAsync(browser);
        using var enabled = await browser.PostAsJsonAsync("/api/auth/2fa/enable", new { });
        Assert.Equal(HttpStatusCode.OK, enabled.StatusCode);
        await StaleAsync(person.Email!);
        using var late = await browser.PostAsJsonAsync("/api/auth/2fa/enable", new { });
        Assert.Equal("session_not_fresh", await CodeAsync(late));
    }

    [Fact]
    public async Task A_providers_account_of_somebody_else_is_not_taken_over()
    {
        host.Meet();
        using var owner = host.Browser();
        using var first = await SignInAsync(owner);
        var (browser, _) = await PersonAsync(wantsPages: false);
        using var taken = await LinkAsync(browser);
        Assert.Equal("account_linked", await CodeAsync(taken));
        Assert.Equal(["credential"], await WaysAsync(browser));
    }

    [Fact]
    public async Task One_account_of_each_provider_is_enough()
    {
        var (browser, _) = await PersonAsync(wantsPages: false);
        host.Meet();
        using var first = await LinkAsync(browser);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        using var same = await LinkAsync(browser);
        Assert.Equal(HttpStatusCode.NoContent, same.StatusCode);
        host.Meet();
        using var second = await LinkAsync(browser);
        Assert.Equal("account_linked", await CodeAsync(second));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Nothing_is_linked_while_either_address_is_unverified(bool here, bool there)
    {
        var (browser, _) = await PersonAsync(here, wantsPages: false);
        host.Meet(verified: there);
        using var back = await LinkAsync(browser);
        Assert.Equal("email_not_verified", await CodeAsync(back));
        Assert.Equal(["credential"], await WaysAsync(browser));
    }

    [Fact]
    public async Task A_link_needs_a_fresh_session_that_still_lives_at_the_return()
    {
        var (browser, email) = await PersonAsync(wantsPages: false);
        host.Meet();
        await StaleAsync(email);
        using var stale = await browser.PostAsJsonAsync("/api/auth/accounts/fake", new { });
        Assert.Equal("session_not_fresh", await CodeAsync(stale));
        using var begun = await browser.PostAsJsonAsync("/api/auth/accounts/fake", new { password = Password });
        var path = await ComeBackAsync(new Uri((await JsonAsync(begun))["url"]!.GetValue<string>()));
        using var ended = await browser.PostAsync("/api/auth/signout", null);
        using var late = await browser.GetAsync(path);
        Assert.Equal("session_revoked", await CodeAsync(late));
        using var nobody = await host.Browser(wantsPages: false).PostAsJsonAsync("/api/auth/accounts/fake", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task A_deleted_account_leaves_no_link_behind()
    {
        var person = host.Meet();
        using var browser = host.Browser();
        using var back = await SignInAsync(browser);
        using var deleted = await browser.DeleteAsync("/api/auth/me");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(0, await host.Identity.Database.ScalarAsync<long>("select count(*) from linked_accounts where subject = $1", person.Subject));
        using var again = await SignInAsync(host.Browser());
        Assert.Equal(HttpStatusCode.Redirect, again.StatusCode);
    }

    private async Task<(HttpClient Browser, string Email)> PersonAsync(bool verified = true, bool wantsPages = true)
    {
        var email = NewEmail();
        var browser = host.Browser(wantsPages);
        using var response = await browser.PostAsJsonAsync("/api/auth/signup", new { email, password = Password, name = "Ada" });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        await host.Identity.Database.ScalarAsync<int>("update users set email_verified = $2 where email = $1", email, verified);
        return (browser, email);
    }

    private Task<int> StaleAsync(string email) => host.Identity.Database.ScalarAsync<int>(
        "update sessions set authenticated_at = now() - interval '1 hour' where user_id = (select id from users where email = $1)", email);

    private static async Task<HttpResponseMessage> LinkAsync(HttpClient browser)
    {
        using var begun = await browser.PostAsJsonAsync("/api/auth/accounts/fake", new { returnTo = "/settings" });
        Assert.Equal(HttpStatusCode.OK, begun.StatusCode);
        return await browser.GetAsync(await ComeBackAsync(new Uri((await JsonAsync(begun))["url"]!.GetValue<string>())));
    }

    private static async Task<IEnumerable<string>> WaysAsync(HttpClient browser)
        => (await JsonAsync(await browser.GetAsync("/api/auth/accounts")))["items"]!.AsArray().Select(i => i!["provider"]!.GetValue<string>());
}
