using System.Net;
using System.Net.Http.Json;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class ChangingPasswordAndAddress(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private const string Next = "another-Ladder-98-river";

    [Fact]
    public async Task A_reset_sets_the_password_ends_every_session_and_is_good_once()
    {
        var email = NewEmail();
        var before = await identity.SignUpAsync(email);
        using var asked = await PostAsync("forgot-password", new { email });
        var mail = await identity.MailAsync(email, "new password");
        using var weak = await PostAsync("reset-password", new { token = mail.Token, password = "short" });
        Assert.Equal(HttpStatusCode.BadRequest, weak.StatusCode);
        using var reset = await PostAsync("reset-password", new { token = mail.Token, password = Next });
        Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
        using var again = await PostAsync("reset-password", new { token = mail.Token, password = Password });
        Assert.Equal("invalid_token", await CodeAsync(again));

        using var old = identity.Host.ClientWith(before["accessToken"]!.GetValue<string>());
        using var session = await old.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, session.StatusCode);
        using var withOld = await identity.SignInAsync(email);
        using var withNew = await identity.SignInAsync(email, Next);
        Assert.Equal(HttpStatusCode.Unauthorized, withOld.StatusCode);
        Assert.Equal(HttpStatusCode.OK, withNew.StatusCode);
        await identity.MailAsync(email, "password was changed");
    }

    [Fact]
    public async Task Of_resets_with_one_link_at_once_exactly_one_sets_its_password()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var asked = await PostAsync("forgot-password", new { email });
        var mail = await identity.MailAsync(email, "new password");
        var passwords = Enumerable.Range(0, 5).Select(i => $"{Next}-{i}").ToList();
        var resets = await Task.WhenAll(passwords.Select(password => PostAsync("reset-password", new { token = mail.Token, password })));
        Assert.Single(resets, r => r.StatusCode == HttpStatusCode.OK);
        Assert.All(resets.Where(r => !r.IsSuccessStatusCode), r => Assert.Equal(HttpStatusCode.BadRequest, r.StatusCode));
        using var winner = await identity.SignInAsync(email, passwords[Array.FindIndex(resets, r => r.IsSuccessStatusCode)]);
        Assert.Equal(HttpStatusCode.OK, winner.StatusCode);
    }

    [Fact]
    public async Task A_change_ends_the_other_sessions_and_links_mailed_before()
    {
        var email = NewEmail();
        var first = await identity.SignUpAsync(email);
        using var asked = await PostAsync("magic-link", new { email });
        var link = await identity.MailAsync(email, "sign-in link");
        using var second = await identity.SignInAsync(email);
        using var client = identity.Host.ClientWith((await JsonAsync(second))["accessToken"]!.GetValue<string>());
        using var wrong = await client.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = "not-the-password", newPassword = Next });
        Assert.Equal("invalid_password", await CodeAsync(wrong));
        using var changed = await client.PostAsJsonAsync("/api/auth/change-password", new { currentPassword = Password, newPassword = Next });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);

        using var here = await client.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
        using var old = identity.Host.ClientWith(first["accessToken"]!.GetValue<string>());
        using var elsewhere = await old.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
        using var late = await PostAsync("magic-link/verify", new { token = link.Token });
        Assert.Equal("invalid_token", await CodeAsync(late));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_address_is_verified_by_link_or_by_code(bool byLink)
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        var mail = await identity.MailAsync(email, "Confirm your e-mail");
        Assert.NotNull(mail.Message.HtmlBody);
        using var verified = await PostAsync("verify-email", byLink ? new { token = mail.Token } : new { email, code = mail.Code });
        Assert.Equal(HttpStatusCode.OK, verified.StatusCode);
        Assert.True(await identity.Database.ScalarAsync<bool>("select email_verified from users where email = $1", email));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>("select count(*) from outbox where type like '%UserChanged%' and body like '%user_verified%' and body like '%' || $1 || '%'", email));
        using var twice = await PostAsync("verify-email", new { token = mail.Token });
        Assert.Equal("invalid_token", await CodeAsync(twice));
    }

    [Fact]
    public async Task A_new_address_counts_once_confirmed_and_the_old_one_is_told()
    {
        var (email, next) = (NewEmail(), NewEmail());
        var signedUp = await identity.SignUpAsync(email);
        using var client = identity.Host.ClientWith(signedUp["accessToken"]!.GetValue<string>());
        using var asked = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = next });
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        using var still = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        var mail = await identity.MailAsync(next, "new e-mail");
        using var verified = await PostAsync("verify-email", new { token = mail.Token });
        Assert.Equal(HttpStatusCode.OK, verified.StatusCode);
        using var moved = await identity.SignInAsync(next);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        await identity.MailAsync(email, "address was changed");
    }

    [Fact]
    public async Task A_new_address_that_was_taken_meanwhile_is_refused_at_the_confirmation()
    {
        var (email, next) = (NewEmail(), NewEmail());
        var signedUp = await identity.SignUpAsync(email);
        using var client = identity.Host.ClientWith(signedUp["accessToken"]!.GetValue<string>());
        using var asked = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = next });
        var mail = await identity.MailAsync(next, "new e-mail");
        await identity.SignUpAsync(next);
        using var verified = await PostAsync("verify-email", new { token = mail.Token });
        Assert.Equal("email_taken", await CodeAsync(verified));
    }

    [Fact]
    public async Task Nobody_is_flooded_with_mails_that_would_confirm_an_address()
    {
        using var one = identity.Host.ClientWith((await identity.SignUpAsync())["accessToken"]!.GetValue<string>());
        using var another = identity.Host.ClientWith((await identity.SignUpAsync())["accessToken"]!.GetValue<string>());
        var stranger = NewEmail();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(one, stranger));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(one, stranger));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(another, stranger));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(another, stranger));

        // Nor is one person free to write to many.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(one, NewEmail()));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(one, NewEmail()));

        static async Task<HttpStatusCode> AskAsync(HttpClient client, string newEmail)
        {
            using var response = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail });
            Assert.Equal(response.StatusCode == HttpStatusCode.TooManyRequests, response.Headers.RetryAfter is not null);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Mails_that_would_confirm_an_address_count_with_all_others_from_one_network()
    {
        await using var host = identity.StartAnother(("Identity:Attempts:MailPerAddress:Limit", "1"));
        using var client = host.ClientWith((await identity.SignUpAsync())["accessToken"]!.GetValue<string>());
        using var first = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = NewEmail() });
        using var second = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = NewEmail() });
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode));
    }

    [Fact]
    public async Task A_session_that_is_not_fresh_needs_the_password_again()
    {
        var signedUp = await identity.SignUpAsync();
        using var client = identity.Host.ClientWith(signedUp["accessToken"]!.GetValue<string>());
        await identity.Database.ScalarAsync<int>("update sessions set authenticated_at = now() - interval '1 hour' where id = $1", signedUp["session"]!["id"]!.GetValue<Guid>());
        using var stale = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = NewEmail() });
        Assert.Equal("session_not_fresh", await CodeAsync(stale));
        using var deletion = await client.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/auth/me"));
        Assert.Equal("session_not_fresh", await CodeAsync(deletion));
        using var proven = await client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = NewEmail(), password = Password });
        Assert.Equal(HttpStatusCode.OK, proven.StatusCode);
    }

    [Fact]
    public async Task A_name_can_be_changed_and_a_deleted_account_leaves_nothing_personal()
    {
        var email = NewEmail();
        var signedUp = await identity.SignUpAsync(email);
        var id = signedUp["user"]!["id"]!.GetValue<Guid>();
        using var client = identity.Host.ClientWith(signedUp["accessToken"]!.GetValue<string>());
        using var invalid = await client.PatchAsJsonAsync("/api/auth/me", new { name = " " });
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        using var renamed = await client.PatchAsJsonAsync("/api/auth/me", new { name = " Grace " });
        Assert.Equal("Grace", (await JsonAsync(renamed))["name"]!.GetValue<string>());
        using var accounts = await client.GetAsync("/api/auth/accounts");
        Assert.Equal("credential", (await JsonAsync(accounts))["items"]![0]!["provider"]!.GetValue<string>());

        using var deleted = await client.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/api/auth/me"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var over = await client.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
        Assert.Equal(0, await identity.Database.ScalarAsync<long>(
            "select (select count(*) from users where email = $1 or (id = $2 and (name <> 'Deleted user' or password_hash is not null))) + (select count(*) from sessions where user_id = $2)", email, id));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>("select count(*) from outbox where type like '%UserChanged%' and body like '%user_deleted%' and body like '%' || $1 || '%'", id.ToString()));
        await identity.SignUpAsync(email);
    }

    private Task<HttpResponseMessage> PostAsync(string route, object body) => identity.Anonymous.PostAsJsonAsync($"/api/auth/{route}", body);
}
