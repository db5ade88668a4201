using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OnePlatform.Identity.Data;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>Every path that may begin a session, against everything that must keep it from beginning.</summary>
[Trait("Proof", "P4")]
public sealed class PassingTheGate(ProviderHost host) : IClassFixture<ProviderHost>
{
    private readonly IdentityHost _identity = host.Identity;

    private static readonly string[] s_paths =
        ["signin", "better-auth", "sign-in page", "magic link", "magic code", "magic page", "oauth", "oauth page", "better-auth social"];

    public static TheoryData<string, string> PathsAndStates()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in s_paths)
        {
            data.Add(path, "enrolled");
            data.Add(path, "locked");
            data.Add(path, "deleted");
            data.Add(path, "open");
            data.Add(path, "unverified");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(PathsAndStates))]
    public async Task No_path_reaches_a_session_below_what_is_demanded(string path, string state)
    {
        var email = NewEmail();
        var user = (await _identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        await _identity.Database.ScalarAsync<int>("update users set email_verified = $2 where id = $1", user, state != "unverified");
        if (state == "enrolled")
        {
            await _identity.EnrolAsync(email);
        }

        var attempt = await PrepareAsync(path, email, host.Strict);
        await _identity.Database.ScalarAsync<int>(state switch
        {
            "locked" => "update users set locked_at = now() where id = $1",
            "deleted" => "update users set deleted_at = now() where id = $1",
            _ => "select 1 where $1 is not null",
        }, user);
        await _identity.Database.ScalarAsync<int>("delete from sessions where user_id = $1", user);

        using var response = await attempt();
        var cookies = response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [];
        var sessions = await _identity.Database.ScalarAsync<long>("select count(*) from sessions where user_id = $1", user);

        // A mailed link proves the address that was to be proven.
        var opens = state == "open" || (state == "unverified" && path.StartsWith("magic", StringComparison.Ordinal));
        Assert.Equal(opens ? 1 : 0, sessions);
        Assert.Equal(opens, cookies.Any(c => c.StartsWith("better-auth.session_token=", StringComparison.Ordinal)));

        Assert.Equal(opens || state == "enrolled", (int)response.StatusCode < 400);
        Assert.True((int)response.StatusCode < 500);
    }

    [Theory]
    [InlineData("signin")]
    [InlineData("better-auth")]
    [InlineData("magic link")]
    [InlineData("oauth")]
    public async Task A_group_that_demands_two_factors_stays_closed_to_one_on_every_path(string path)
    {
        var email = NewEmail();
        var user = (await _identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        var strict = await _identity.AddGroupAsync([], requireTwoFactor: true);
        await _identity.AddMembershipAsync(strict, user, "group_owner");
        await _identity.Database.ScalarAsync<int>("update users set email_verified = true where id = $1", user);
        using var response = await (await PrepareAsync(path, email, host.Host))();
        var cookie = Regex.Match(response.Headers.GetValues("Set-Cookie").First(c => c.StartsWith("better-auth", StringComparison.Ordinal)), "token=([^;]+)").Groups[1].Value;
        using var byDefault = await _identity.ExchangeAsync("session_cookie", cookie);
        Assert.NotEqual(strict.ToString(), (await JsonAsync(byDefault))["groupId"]?.GetValue<string>());
        using var asked = await _identity.ExchangeAsync("session_cookie", cookie, strict);
        Assert.Equal("second_factor_required", await CodeAsync(asked));
    }

    [Fact]
    public async Task Where_verification_is_demanded_new_and_taken_addresses_get_the_same_answer_and_no_session()
    {
        await using var strict = _identity.StartAnother(("Identity:RequireVerifiedEmail", "true"));
        using var client = strict.CreateClient();
        var email = NewEmail();
        using var first = await client.PostAsJsonAsync("/api/auth/signup", new { email, password = Password, name = "Ada" });
        using var second = await client.PostAsJsonAsync("/api/auth/signup", new { email, password = Password, name = "Eve" });
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        await _identity.MailAsync(email, "account already");
        using var early = await client.PostAsJsonAsync("/api/auth/signin", new { email, password = Password });
        Assert.Equal("email_not_verified", await CodeAsync(early));
        var mail = await _identity.MailAsync(email, "Confirm your e-mail");
        using var verified = await client.PostAsJsonAsync("/api/auth/verify-email", new { token = mail.Token });
        using var late = await client.PostAsJsonAsync("/api/auth/signin", new { email, password = Password });
        Assert.Equal(HttpStatusCode.OK, late.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("http://localhost:8080", HttpStatusCode.NoContent)]
    public async Task A_cookie_counts_only_for_pages_of_trusted_origins(string origin, HttpStatusCode expected)
    {
        var email = NewEmail();
        await _identity.SignUpAsync(email);
        using var signedIn = await _identity.SignInAsync(email);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/sessions/revoke-others");
        request.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        request.Headers.Add("Origin", origin);
        using var client = _identity.Host.CreateClient(new() { HandleCookies = false });
        using var response = await client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("locked")]
    [InlineData("deleted")]
    [InlineData("enrolled")]
    public async Task A_session_that_was_open_before_is_refreshed_into_nothing(string state)
    {
        var email = NewEmail();
        var signedUp = await _identity.SignUpAsync(email);
        if (state == "enrolled")
        {
            await _identity.EnrolAsync(email);
        }
        else
        {
            await _identity.Database.ScalarAsync<int>($"update users set {state}_at = now() where email = $1", email);
        }

        using var refreshed = await _identity.Anonymous.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = signedUp["refreshToken"]!.GetValue<string>() });
        Assert.Equal("invalid_refresh_token", await CodeAsync(refreshed));
        using var client = _identity.Host.ClientWith(signedUp["accessToken"]!.GetValue<string>());
        using var switched = await client.PostAsJsonAsync("/api/auth/switch-group", new { groupId = Guid.NewGuid() });
        Assert.Equal(HttpStatusCode.Unauthorized, switched.StatusCode);
        using var exchanged = await _identity.ExchangeAsync("access_token", signedUp["accessToken"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, exchanged.StatusCode);
    }

    [Theory]
    [InlineData("RequireTwoFactor", "second_factor_required")]
    [InlineData("RequireVerifiedEmail", "email_not_verified")]
    public async Task Neither_refresh_nor_switch_of_group_gets_into_a_group_that_demands_more(string demand, string code)
    {
        var signedUp = await _identity.SignUpAsync();
        var above = await _identity.AddGroupAsync([]);
        var strict = await _identity.AddGroupAsync([above]);
        await _identity.AddMembershipAsync(strict, signedUp["user"]!["id"]!.GetValue<Guid>(), "group_owner");
        using var client = _identity.Host.ClientWith(signedUp["accessToken"]!.GetValue<string>());
        using var entered = await client.PostAsJsonAsync("/api/auth/switch-group", new { groupId = strict });
        Assert.Equal(HttpStatusCode.OK, entered.StatusCode);

        // The demand comes from an ancestor, after the session has entered.
        await _identity.Database.ScalarAsync<int>($"update group_tree set security = jsonb_set(security, '{{{demand}}}', 'true') where id = $1", above);
        using var switched = await client.PostAsJsonAsync("/api/auth/switch-group", new { groupId = strict });
        Assert.Equal(code, await CodeAsync(switched));
        using var refreshed = await client.PostAsJsonAsync("/api/auth/refresh", new { refreshToken = signedUp["refreshToken"]!.GetValue<string>() });
        Assert.Null((await JsonAsync(refreshed))["group"]);
        using var exchanged = await _identity.ExchangeAsync("access_token", (await JsonAsync(entered))["accessToken"]!.GetValue<string>());
        Assert.NotEqual(strict.ToString(), (await JsonAsync(exchanged))["groupId"]?.GetValue<string>());
    }

    [Fact]
    public async Task A_reset_opens_no_session_and_takes_no_second_factor_away()
    {
        var app = await _identity.EnrolAsync();
        await _identity.Database.ScalarAsync<int>("update users set email_verified = true where email = $1", app.Email);
        using var asked = await _identity.Anonymous.PostAsJsonAsync("/api/auth/forgot-password", new { email = app.Email });
        var mail = await _identity.MailAsync(app.Email, "new password");
        using var reset = await _identity.Anonymous.PostAsJsonAsync("/api/auth/reset-password", new { token = mail.Token, password = "another-Ladder-98-river" });
        Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
        Assert.False(reset.Headers.Contains("Set-Cookie"));
        using var signedIn = await _identity.SignInAsync(app.Email, "another-Ladder-98-river");
        Assert.True((await JsonAsync(signedIn))["twoFactorRequired"]!.GetValue<bool>());
    }

    private async Task<Func<Task<HttpResponseMessage>>> PrepareAsync(string path, string email, ServiceHost<IdentityDb> on)
    {
        var client = on.CreateClient();
        if (path.Contains("oauth", StringComparison.Ordinal) || path.Contains("social", StringComparison.Ordinal))
        {
            host.Meet(email);
            var browser = host.Browser(wantsPages: path == "oauth page", on);
            var back = path == "better-auth social" ? await SocialAsync(browser) : await ProviderHost.GoAsync(browser);
            return () => browser.GetAsync(back);
        }

        if (path.StartsWith("magic", StringComparison.Ordinal))
        {
            using var asked = await client.PostAsJsonAsync("/api/auth/magic-link", new { email });
            var mail = await _identity.MailAsync(email, "sign-in link");
            return path switch
            {
                "magic link" => () => client.PostAsJsonAsync("/api/auth/magic-link/verify", new { token = mail.Token }),
                "magic code" => () => client.PostAsJsonAsync("/api/auth/magic-link/verify", new { email, code = mail.Code }),
                _ => await FormAsync(client, mail.Link, "/account/magic-link"),
            };
        }

        return path switch
        {
            "signin" => () => client.PostAsJsonAsync("/api/auth/signin", new { email, password = Password }),
            "better-auth" => () => client.PostAsJsonAsync("/api/auth/sign-in/email", new { email, password = Password, rememberMe = true }),
            _ => await FormAsync(client, "/account/signin", "/account/signin", ("email", email), ("password", Password)),
        };
    }

    private static async Task<string> SocialAsync(HttpClient browser)
    {
        using var begun = await browser.PostAsJsonAsync("/api/auth/sign-in/social", new { provider = "fake", callbackURL = "/" });
        return await ProviderHost.ComeBackAsync(new Uri((await JsonAsync(begun))["url"]!.GetValue<string>()));
    }

    private static async Task<Func<Task<HttpResponseMessage>>> FormAsync(HttpClient client, string page, string action, params (string Name, string Value)[] typed)
    {
        var html = await client.GetStringAsync(page);
        var fields = Forms.Hidden(html)
            .Concat(typed.Select(t => new KeyValuePair<string, string>(t.Name, t.Value)))
            .ToList();
        return () => client.PostAsync(action, new FormUrlEncodedContent(fields));
    }
}
