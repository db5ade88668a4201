using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>Every path that may begin a session, against everything that must keep it from beginning.</summary>
public sealed class PassingTheGate(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private static readonly string[] s_paths =
        ["signin", "better-auth", "sign-in page", "magic link", "magic code", "magic page"];

    public static TheoryData<string, string> PathsAndStates()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in s_paths)
        {
            data.Add(path, "enrolled");
            data.Add(path, "locked");
            data.Add(path, "deleted");
            data.Add(path, "open");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(PathsAndStates))]
    public async Task No_path_reaches_a_session_below_what_is_demanded(string path, string state)
    {
        var email = NewEmail();
        var user = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        if (state == "enrolled")
        {
            await identity.EnrolAsync(email);
        }

        var attempt = await PrepareAsync(path, email);
        await identity.Database.ScalarAsync<int>(state switch
        {
            "locked" => "update users set locked_at = now() where id = $1",
            "deleted" => "update users set deleted_at = now() where id = $1",
            _ => "select 1 where $1 is not null",
        }, user);
        await identity.Database.ScalarAsync<int>("delete from sessions where user_id = $1", user);

        using var response = await attempt();
        var cookies = response.Headers.TryGetValues("Set-Cookie", out var set) ? set : [];
        var sessions = await identity.Database.ScalarAsync<long>("select count(*) from sessions where user_id = $1", user);
        Assert.Equal(state == "open" ? 1 : 0, sessions);
        Assert.Equal(state == "open", cookies.Any(c => c.StartsWith("better-auth.session_token=", StringComparison.Ordinal)));
        Assert.Equal(state is "open" or "enrolled", response.StatusCode == HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("signin")]
    [InlineData("better-auth")]
    [InlineData("magic link")]
    public async Task A_group_that_demands_two_factors_stays_closed_to_one_on_every_path(string path)
    {
        var email = NewEmail();
        var user = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        var strict = await identity.AddGroupAsync([], requireTwoFactor: true);
        await identity.AddMembershipAsync(strict, user, "group_owner");
        using var response = await (await PrepareAsync(path, email))();
        var cookie = Regex.Match(response.Headers.GetValues("Set-Cookie").First(), "token=([^;]+)").Groups[1].Value;
        using var byDefault = await identity.ExchangeAsync("session_cookie", cookie);
        Assert.NotEqual(strict.ToString(), (await JsonAsync(byDefault))["groupId"]?.GetValue<string>());
        using var asked = await identity.ExchangeAsync("session_cookie", cookie, strict);
        Assert.Equal("second_factor_required", await CodeAsync(asked));
    }

    [Fact]
    public async Task Where_verification_is_demanded_new_and_taken_addresses_get_the_same_answer_and_no_session()
    {
        await using var strict = identity.StartAnother(("Identity:RequireVerifiedEmail", "true"));
        using var client = strict.CreateClient();
        var email = NewEmail();
        using var first = await client.PostAsJsonAsync("/api/auth/signup", new { email, password = Password, name = "Ada" });
        using var second = await client.PostAsJsonAsync("/api/auth/signup", new { email, password = Password, name = "Eve" });
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        await identity.MailAsync(email, "account already");
        using var early = await client.PostAsJsonAsync("/api/auth/signin", new { email, password = Password });
        Assert.Equal("email_not_verified", await CodeAsync(early));
        var mail = await identity.MailAsync(email, "Confirm your e-mail");
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
        await identity.SignUpAsync(email);
        using var signedIn = await identity.SignInAsync(email);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/auth/sessions/revoke-others");
        request.Headers.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        request.Headers.Add("Origin", origin);
        using var client = identity.Host.CreateClient(new() { HandleCookies = false });
        using var response = await client.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
    }

    private async Task<Func<Task<HttpResponseMessage>>> PrepareAsync(string path, string email)
    {
        var client = identity.Anonymous;
        if (path.StartsWith("magic", StringComparison.Ordinal))
        {
            using var asked = await client.PostAsJsonAsync("/api/auth/magic-link", new { email });
            var mail = await identity.MailAsync(email, "sign-in link");
            return path switch
            {
                "magic link" => () => client.PostAsJsonAsync("/api/auth/magic-link/verify", new { token = mail.Token }),
                "magic code" => () => client.PostAsJsonAsync("/api/auth/magic-link/verify", new { email, code = mail.Code }),
                _ => await FormAsync(client, mail.Link, "/account/magic-link"),
            };
        }

        return path switch
        {
            "signin" => () => identity.SignInAsync(email),
            "better-auth" => () => client.PostAsJsonAsync("/api/auth/sign-in/email", new { email, password = Password, rememberMe = true }),
            _ => await FormAsync(client, "/account/signin", "/account/signin", ("email", email), ("password", Password)),
        };
    }

    private static async Task<Func<Task<HttpResponseMessage>>> FormAsync(HttpClient client, string page, string action, params (string Name, string Value)[] typed)
    {
        var html = await client.GetStringAsync(page);
        var fields = Regex.Matches(html, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")
            .Select(m => new KeyValuePair<string, string>(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)))
            .Concat(typed.Select(t => new KeyValuePair<string, string>(t.Name, t.Value)))
            .ToList();
        return () => client.PostAsync(action, new FormUrlEncodedContent(fields));
    }
}
