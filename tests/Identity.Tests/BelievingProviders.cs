using System.Net;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;
using static OnePlatform.Identity.Tests.ProviderHost;

namespace OnePlatform.Identity.Tests;

/// <summary>What a provider, or somebody in its name, may try; none of it begins a session, and none is a fault of ours.</summary>
public sealed class BelievingProviders(ProviderHost host) : IClassFixture<ProviderHost>
{
    public static TheoryData<string> Lies() => [.. Enum.GetNames<Lie>().Where(l => l != nameof(Lie.None))];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_signs_nobody_in(string lie)
    {
        var person = host.Meet();
        host.Provider.Lie = Enum.Parse<Lie>(lie);
        using var program = host.Browser(wantsPages: false);
        using var refused = await SignInAsync(program);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("provider_answer_invalid", await CodeAsync(refused));
        using var page = await SignInAsync(host.Browser());
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        Assert.Contains("cannot be trusted", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(refused.Headers.Contains("Set-Cookie"));
        Assert.Equal(0, await host.Identity.Database.ScalarAsync<long>("select count(*) from users where email = $1", person.Email!));
    }

    [Theory]
    [InlineData("fake")]
    [InlineData("github")]
    public async Task A_code_that_was_used_before_is_refused(string provider)
    {
        host.Meet();
        using var first = host.Browser(wantsPages: false);
        var path = await GoAsync(first, $"/api/auth/oauth/{provider}");
        using var good = await first.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        var code = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri($"http://x{path}").Query)["code"];

        using var second = host.Browser(wantsPages: false);
        var own = await GoAsync(second, $"/api/auth/oauth/{provider}");
        var state = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri($"http://x{own}").Query)["state"];
        using var replayed = await second.GetAsync($"/api/auth/oauth/{provider}/callback?state={state}&code={code}");
        Assert.Equal("provider_refused", await CodeAsync(replayed));
    }

    [Fact]
    public async Task A_state_is_good_once_even_for_two_at_once()
    {
        host.Meet();
        using var browser = host.Browser(wantsPages: false);
        var path = await GoAsync(browser);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => browser.GetAsync(path)));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        using var late = await browser.GetAsync(path);
        Assert.Equal("invalid_state", await CodeAsync(late));
    }

    [Fact]
    public async Task A_return_in_another_browser_signs_nobody_in_and_leaves_the_first_its_own()
    {
        host.Meet();
        using var first = host.Browser(wantsPages: false);
        var path = await GoAsync(first);
        using var bare = await host.Browser(wantsPages: false).GetAsync(path);
        Assert.Equal("invalid_state", await CodeAsync(bare));
        using var other = host.Browser(wantsPages: false);
        await GoAsync(other);
        using var foreign = await other.GetAsync(path);
        Assert.Equal("invalid_state", await CodeAsync(foreign));
        using var own = await first.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?state=&code=x")]
    [InlineData("?state=made-up&code=x")]
    [InlineData("?state=%00&code=%00&error=%00")]
    [InlineData("?code=x")]
    public async Task A_malformed_return_is_refused(string query)
    {
        using var browser = host.Browser(wantsPages: false);
        await GoAsync(browser);
        using var response = await browser.GetAsync($"/api/auth/oauth/fake/callback{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_state", await CodeAsync(response));
    }

    [Fact]
    public async Task A_state_of_one_provider_and_an_answer_of_another_are_refused()
    {
        host.Meet();
        using var browser = host.Browser(wantsPages: false);
        var path = await GoAsync(browser);
        using var mixed = await browser.GetAsync(path.Replace("/fake/", "/github/", StringComparison.Ordinal));
        Assert.Equal("invalid_state", await CodeAsync(mixed));
        using var named = await browser.GetAsync($"{path}&iss=https%3A%2F%2Fevil.example");
        Assert.Equal("provider_answer_invalid", await CodeAsync(named));
    }

    [Fact]
    public async Task A_person_who_declines_and_a_return_without_a_code_get_a_clear_answer()
    {
        host.Meet();
        host.Provider.Error = "access_denied<script>";
        using var page = await SignInAsync(host.Browser());
        Assert.Equal(HttpStatusCode.BadRequest, page.StatusCode);
        var html = await page.Content.ReadAsStringAsync();
        Assert.Contains("did not sign you in", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fake", 500)]
    [InlineData("fake", 503)]
    [InlineData("github", 502)]
    public async Task A_provider_that_breaks_meanwhile_gets_a_clear_answer(string provider, int status)
    {
        host.Meet();
        using var browser = host.Browser(wantsPages: false);
        var path = await GoAsync(browser, $"/api/auth/oauth/{provider}");
        host.Provider.Broken = status;
        using var response = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("provider_unavailable", await CodeAsync(response));
    }

    [Fact]
    public async Task A_provider_that_is_down_or_somebody_else_gets_a_clear_answer()
    {
        host.Meet();
        await using var away = host.Identity.StartAnother(
            ("Identity:Providers:down:ClientId", "x"), ("Identity:Providers:down:Authority", "http://127.0.0.1:9"),
            ("Identity:Providers:other:ClientId", "x"), ("Identity:Providers:other:Authority", $"{host.Provider.Address}/other"));
        using var program = host.Browser(wantsPages: false, away);
        using var down = await program.GetAsync("/api/auth/oauth/down");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, down.StatusCode);
        Assert.Equal("provider_unavailable", await CodeAsync(down));
        using var page = await host.Browser(host: away).GetAsync("/api/auth/oauth/down");
        Assert.Contains("does not answer", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var other = await program.GetAsync("/api/auth/oauth/other");
        Assert.Equal("provider_answer_invalid", await CodeAsync(other));
    }

    [Fact]
    public async Task New_keys_of_the_provider_are_read_at_once()
    {
        await using var provider = await FakeProvider.StartAsync();
        await using var identity = host.Identity.StartAnother(provider.Settings("fake"));
        foreach (var changes in new[] { false, true })
        {
            if (changes)
            {
                provider.ChangeKeys();
            }

            provider.Person = new FakePerson(Guid.NewGuid().ToString(), NewEmail());
            using var browser = host.Browser(wantsPages: false, identity);
            using var response = await browser.GetAsync(await GoAsync(browser));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
