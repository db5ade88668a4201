using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class FollowingMailedLinks(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_magic_link_signs_in_once()
    {
        var mail = await MagicLinkAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync("magic-link/verify", new { token = mail.Token })));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.OK));
        Assert.All(answers.Where(a => a.StatusCode != HttpStatusCode.OK), a => Assert.Equal(HttpStatusCode.BadRequest, a.StatusCode));
    }

    [Fact]
    public async Task A_scanner_that_opens_the_link_ten_times_consumes_nothing_and_the_pages_button_does()
    {
        var mail = await MagicLinkAsync();
        var client = identity.Anonymous;
        for (var i = 0; i < 10; i++)
        {
            using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, mail.Link));
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        }

        using var page = await client.GetAsync(mail.Link);
        Assert.Contains("form-action 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        using var confirmed = await client.PostAsync("/account/magic-link", new FormUrlEncodedContent(HiddenFields(html)));
        Assert.Equal(HttpStatusCode.OK, confirmed.StatusCode);
        Assert.Contains(confirmed.Headers.GetValues("Set-Cookie"), c => c.StartsWith("better-auth.session_token=", StringComparison.Ordinal));
        using var again = await client.PostAsync("/account/magic-link", new FormUrlEncodedContent(HiddenFields(html)));
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
    }

    [Fact]
    public async Task A_form_from_elsewhere_is_refused_and_costs_nothing()
    {
        var mail = await MagicLinkAsync();
        using var forged = await identity.Anonymous.PostAsync("/account/magic-link", new FormUrlEncodedContent([new("token", mail.Token), new("guard", "made-up")]));
        Assert.Equal(HttpStatusCode.BadRequest, forged.StatusCode);
        using var good = await PostAsync("magic-link/verify", new { token = mail.Token });
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task The_code_in_the_same_mail_works_too_and_five_wrong_ones_end_it()
    {
        var mail = await MagicLinkAsync();
        var email = mail.Message.To.Mailboxes.Single().Address;
        using var good = await PostAsync("magic-link/verify", new { email, code = mail.Code });
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);

        var other = await MagicLinkAsync();
        var otherEmail = other.Message.To.Mailboxes.Single().Address;
        var wrong = other.Code == "000000" ? "000001" : "000000";
        var guesses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PostAsync("magic-link/verify", new { email = otherEmail, code = wrong })));
        Assert.All(guesses, g => Assert.Equal(HttpStatusCode.BadRequest, g.StatusCode));
        using var late = await PostAsync("magic-link/verify", new { email = otherEmail, code = other.Code });
        Assert.Equal("invalid_token", await CodeAsync(late));
    }

    [Fact]
    public async Task A_link_for_one_purpose_opens_no_other()
    {
        var mail = await MagicLinkAsync();
        using var reset = await PostAsync("reset-password", new { token = mail.Token, password = "another-Ladder-98-river" });
        using var verify = await PostAsync("verify-email", new { token = mail.Token });
        Assert.Equal("invalid_token", await CodeAsync(reset));
        Assert.Equal("invalid_token", await CodeAsync(verify));
    }

    [Fact]
    public async Task Who_signed_up_with_somebody_elses_address_loses_it_to_its_owner()
    {
        var email = NewEmail();
        var squatter = await identity.SignUpAsync(email);
        using var asked = await PostAsync("magic-link", new { email });
        var mail = await identity.MailAsync(email, "sign-in link");
        using var owner = await PostAsync("magic-link/verify", new { token = mail.Token });
        Assert.True((await JsonAsync(owner))["user"]!["emailVerified"]!.GetValue<bool>());
        using var old = identity.Host.ClientWith(squatter["accessToken"]!.GetValue<string>());
        using var session = await old.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, session.StatusCode);
        using var signIn = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.Unauthorized, signIn.StatusCode);
    }

    [Theory]
    [InlineData("magic-link")]
    [InlineData("forgot-password")]
    [InlineData("verify-email/resend")]
    public async Task Asking_for_an_unknown_address_looks_the_same_and_mails_nobody(string route)
    {
        var (known, unknown) = (NewEmail(), NewEmail());
        await identity.SignUpAsync(known);
        using var first = await PostAsync(route, new { email = known });
        using var second = await PostAsync(route, new { email = unknown });
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        await identity.MailsAreSentAsync();
        Assert.DoesNotContain(identity.All(), m => m.To.Mailboxes.Any(to => to.Address == unknown));
        for (var i = 0; i < 2; i++)
        {
            using var more = await PostAsync(route, new { email = unknown });
            Assert.Equal(HttpStatusCode.Accepted, more.StatusCode);
        }

        using var fourth = await PostAsync(route, new { email = unknown });
        Assert.Equal(HttpStatusCode.TooManyRequests, fourth.StatusCode);
    }

    [Theory]
    [InlineData("""{"email":"nobody"}""")]
    [InlineData("""{"email":"a@example.com","returnTo":"https://evil.example/"}""")]
    [InlineData("""{"email":"a@example.com","returnTo":"//evil.example"}""")]
    [InlineData("""{"email":"a@example.com","returnTo":"/\\evil.example"}""")]
    [InlineData("""{"email":"a@example.com","returnTo":"javascript:alert(1)"}""")]
    [InlineData("{}")]
    public async Task A_bad_request_for_a_link_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await identity.Anonymous.PostAsync("/api/auth/magic-link", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task An_expired_link_is_refused()
    {
        var mail = await MagicLinkAsync();
        await identity.Database.ScalarAsync<int>("update one_time_tokens set expires_at = now() - interval '1 second' where purpose = 'magic-link' and email = $1", mail.Message.To.Mailboxes.Single().Address);
        using var late = await PostAsync("magic-link/verify", new { token = mail.Token });
        Assert.Equal("invalid_token", await CodeAsync(late));
    }

    private static IEnumerable<KeyValuePair<string, string>> HiddenFields(string html)
        => Regex.Matches(html, "<input type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"").Select(
            m => new KeyValuePair<string, string>(m.Groups[1].Value, WebUtility.HtmlDecode(m.Groups[2].Value)));

    private Task<HttpResponseMessage> PostAsync(string route, object body) => identity.Anonymous.PostAsJsonAsync($"/api/auth/{route}", body);

    private async Task<ReceivedMail> MagicLinkAsync()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var asked = await PostAsync("magic-link", new { email });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        return await identity.MailAsync(email, "sign-in link");
    }
}
