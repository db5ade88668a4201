using System.Net;
using System.Net.Http.Json;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>The pages that people see: no script, nothing from elsewhere, no form from elsewhere, and nothing spent by looking.</summary>
public sealed class OpeningPages(IdentityHost identity) : IClassFixture<IdentityHost>
{
    public static TheoryData<string> Pages() => ["magic-link", "verify-email", "reset-password", "signin", "signout", "mail-link", "accept-invitation"];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_is_plain_and_cannot_be_framed_or_cached(string page)
    {
        using var response = await identity.Anonymous.GetAsync($"/account/{page}?token=%22%3E%3Cscript%3E&returnTo=%22%3E%3Cscript%3E");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        foreach (var part in new[] { "default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'" })
        {
            Assert.Contains(part, policy, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("lang=\"en\"", html, StringComparison.Ordinal);
        Assert.Contains("<h1>", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("magic-link")]
    [InlineData("verify-email")]
    [InlineData("reset-password")]
    [InlineData("signin")]
    [InlineData("second-factor")]
    [InlineData("signout")]
    [InlineData("mail-link")]
    [InlineData("accept-invitation")]
    public async Task A_form_without_the_pages_guard_is_refused(string page)
    {
        foreach (var guard in new[] { "", "made-up" })
        {
            using var form = new FormUrlEncodedContent([new("guard", guard), new("token", "x"), new("email", "a@example.com"), new("password", Password)]);
            using var response = await identity.Anonymous.PostAsync($"/account/{page}", form);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("form has expired", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var json = await identity.Anonymous.PostAsJsonAsync($"/account/{page}", new { token = "x" });
        Assert.Equal(HttpStatusCode.BadRequest, json.StatusCode);
    }

    [Theory]
    [InlineData("forgot-password", "new password", "reset-password")]
    [InlineData("verify-email/resend", "Confirm your e-mail", "verify-email")]
    public async Task Looking_at_a_link_spends_nothing_and_the_button_spends_it(string route, string subject, string page)
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var asked = await identity.Anonymous.PostAsJsonAsync($"/api/auth/{route}", new { email });
        var mail = await identity.MailAsync(email, subject);
        using var browser = identity.Anonymous;
        for (var i = 0; i < 10; i++)
        {
            using var seen = await browser.SendAsync(new HttpRequestMessage(i % 2 == 0 ? HttpMethod.Head : HttpMethod.Get, mail.Link));
            Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        }

        var fields = Forms.Hidden(await browser.GetStringAsync(mail.Link)).Append(new("password", "another-Ladder-98-river")).ToList();
        using var done = await browser.PostAsync($"/account/{page}", new FormUrlEncodedContent(fields));
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        using var again = await browser.PostAsync($"/account/{page}", new FormUrlEncodedContent(fields));
        Assert.Equal(HttpStatusCode.BadRequest, again.StatusCode);
    }

    [Fact]
    public async Task A_wrong_password_leaves_the_form_with_the_address_and_the_way_on()
    {
        using var browser = identity.Anonymous;
        var form = Forms.Hidden(await browser.GetStringAsync("/account/signin?returnTo=%2Fhome"));
        using var wrong = await browser.PostAsync("/account/signin", new FormUrlEncodedContent([.. form, new("email", "ada@example.com"), new("password", "not-the-password")]));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        var html = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("<title>Error: Sign in", html, StringComparison.Ordinal);
        Assert.Matches("role=\"alert\" class=\"error\" id=\"problem\"", html);
        Assert.Matches("name=\"email\"[^>]* value=\"ada@example.com\" aria-describedby=\"problem\" aria-invalid=\"true\"", html);
        Assert.DoesNotContain("not-the-password", html, StringComparison.Ordinal);
        Assert.Contains(Forms.Hidden(html), f => f is { Key: "returnTo", Value: "/home" });
    }

    [Theory]
    [InlineData("magic-link", "sign-in link")]
    [InlineData("reset-password", "new password")]
    public async Task Who_has_no_password_at_hand_gets_a_link_by_mail_and_every_address_the_same_page(string wish, string subject)
    {
        var (known, unknown) = (NewEmail(), NewEmail());
        await identity.SignUpAsync(known);
        using var browser = identity.Anonymous;
        var pages = new List<string>();
        foreach (var email in new[] { known, unknown })
        {
            var form = Forms.Hidden(await browser.GetStringAsync("/account/mail-link?returnTo=%2Fhome"));
            using var asked = await browser.PostAsync("/account/mail-link", new FormUrlEncodedContent([.. form, new("email", email), new("wish", wish)]));
            Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
            pages.Add((await asked.Content.ReadAsStringAsync()).Replace(email, "…", StringComparison.Ordinal));
        }

        Assert.Equal(pages[0], pages[1]);
        Assert.Contains("returnTo=%2Fhome", (await identity.MailAsync(known, subject)).Link, StringComparison.Ordinal);
        using var elsewhere = await browser.PostAsync("/account/mail-link", new FormUrlEncodedContent(
            [.. Forms.Hidden(await browser.GetStringAsync("/account/mail-link?returnTo=https%3A%2F%2Fevil.example")), new("email", known), new("wish", wish)]));
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_wrong_code_on_the_page_can_be_corrected()
    {
        var app = await identity.EnrolAsync();
        using var browser = identity.Anonymous;
        var form = Forms.Hidden(await browser.GetStringAsync("/account/signin?returnTo=%2Fhome"));
        using var first = await browser.PostAsync("/account/signin", new FormUrlEncodedContent([.. form, new("email", app.Email), new("password", Password)]));
        var html = await first.Content.ReadAsStringAsync();
        using var wrong = await browser.PostAsync("/account/second-factor", new FormUrlEncodedContent([.. Forms.Hidden(html), new("code", app.WrongCode())]));
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        var again = await wrong.Content.ReadAsStringAsync();
        Assert.Contains("role=\"alert\"", again, StringComparison.Ordinal);
        using var right = await browser.PostAsync("/account/second-factor", new FormUrlEncodedContent([.. Forms.Hidden(again), new("code", app.RecoveryCodes[0])]));
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        using var session = await browser.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
    }

    [Theory]
    [InlineData("signin", "nobody@example.com", 10_000_000)]
    [InlineData("signup", "nobody@example.com", 10_000_000)]
    [InlineData("signin", "nobody@example.com", 257)]
    public async Task A_password_beyond_any_length_is_refused_before_it_is_hashed(string route, string email, int length)
    {
        using var response = await identity.Anonymous.PostAsJsonAsync($"/api/auth/{route}", new { email, password = new string('x', length), name = "Ada" });
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
    }

    [Fact]
    public async Task A_password_counts_whole_past_a_zero_byte_and_past_seventy_two_bytes()
    {
        foreach (var password in new[] { "plum\0Ladder\0river-97", new string('é', 70) + "-plum-97" })
        {
            var email = NewEmail();
            using var signedUp = await identity.Anonymous.PostAsJsonAsync("/api/auth/signup", new { email, password, name = "Ada" });
            Assert.Equal(HttpStatusCode.Created, signedUp.StatusCode);
            using var shorter = await identity.SignInAsync(email, password[..^1]);
            Assert.Equal(HttpStatusCode.Unauthorized, shorter.StatusCode);
            using var whole = await identity.SignInAsync(email, password);
            Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        }
    }

    [Fact]
    public async Task A_look_alike_address_is_another_address_and_gets_no_mail_of_the_first()
    {
        var local = $"paul{Guid.NewGuid():N}";
        await identity.SignUpAsync($"{local}@example.com");
        var alike = $"pаul{local[4..]}@example.com";
        using var signedIn = await identity.SignInAsync(alike);
        Assert.Equal(HttpStatusCode.Unauthorized, signedIn.StatusCode);
        using var asked = await identity.Anonymous.PostAsJsonAsync("/api/auth/magic-link", new { email = alike });
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        await identity.MailsAreSentAsync();
        Assert.DoesNotContain(identity.All(), m => m.Subject == "Your sign-in link" && m.To.Mailboxes.Single().Address == $"{local}@example.com");
    }
}
