using System.Net;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class SigningIn(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task The_right_password_opens_a_session_and_sets_a_cookie_out_of_reach_of_scripts()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        using var response = await identity.SignInAsync(email.ToUpperInvariant());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("better-auth.session_token=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_same_answer()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        var known = await JsonAsync(await identity.SignInAsync(email, "not-the-password"));
        var unknown = await JsonAsync(await identity.SignInAsync(NewEmail(), "not-the-password"));
        known.Remove("traceId");
        unknown.Remove("traceId");
        Assert.Equal("invalid_credentials", known["code"]!.GetValue<string>());
        Assert.Equal(known.ToJsonString(), unknown.ToJsonString());
    }

    [Fact]
    public async Task After_five_failures_the_account_is_closed_to_that_address_for_a_while()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        for (var i = 0; i < 5; i++)
        {
            using var failed = await identity.SignInAsync(email, "not-the-password");
            Assert.Equal(HttpStatusCode.Unauthorized, failed.StatusCode);
        }

        using var sixth = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.TooManyRequests, sixth.StatusCode);
        Assert.True(sixth.Headers.RetryAfter!.Delta > TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task Good_sign_ins_do_not_count_against_the_limit()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        for (var i = 0; i < 8; i++)
        {
            using var response = await identity.SignInAsync(email);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_hash_of_another_cost_is_replaced_at_the_next_sign_in()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        await identity.Database.ScalarAsync<int>(
            "update users set password_hash = $2 where email = $1", email, BCrypt.Net.BCrypt.EnhancedHashPassword(Password, BCrypt.Net.HashType.SHA384, 5));
        using var response = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("$2a$04$", await identity.Database.ScalarAsync<string>("select password_hash from users where email = $1", email), StringComparison.Ordinal);
        using var again = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("""{"email":"a@example.com"}""")]
    [InlineData("""{"email":"a@example.com","password":"x","more":1}""")]
    [InlineData("""{"email":"a\ud800@example.com","password":"whatever-it-is"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_malformed_body_is_refused(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await identity.Anonymous.PostAsync("/api/auth/signin", content);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_failure_is_logged_without_the_password()
    {
        var email = NewEmail();
        var user = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        using var failed = await identity.SignInAsync(email, "a-guess-nobody-may-read");
        var body = await identity.Database.ScalarAsync<string>(
            "select body from outbox where body like '%user_login_failed%' and body like '%' || $1 || '%'", user.ToString());
        Assert.NotNull(body);
        Assert.DoesNotContain("a-guess-nobody-may-read", body, StringComparison.Ordinal);
    }
}
