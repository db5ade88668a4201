using System.Net;
using System.Net.Http.Json;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class SigningUp(IdentityHost identity) : IClassFixture<IdentityHost>
{
    [Fact]
    public async Task A_new_person_gets_user_session_and_tokens()
    {
        var email = NewEmail();
        var answer = await identity.SignUpAsync(email);
        Assert.Equal(email, answer["user"]!["email"]!.GetValue<string>());
        using var client = identity.Host.ClientWith(answer["accessToken"]!.GetValue<string>());
        using var session = await client.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.OK, session.StatusCode);
        Assert.Equal(answer["session"]!["id"]!.GetValue<Guid>(), (await JsonAsync(session))["session"]!["id"]!.GetValue<Guid>());
    }

    [Fact]
    public async Task The_news_of_it_is_stored_with_the_account_and_holds_no_password()
    {
        var user = (await identity.SignUpAsync())["user"]!["id"]!.GetValue<Guid>();
        var body = await identity.Database.ScalarAsync<string>(
            "select body from outbox where type like '%UserRegistered%' and body like '%' || $1 || '%'", user.ToString());
        Assert.Contains("user_registered", body, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no address", Password, "Ada")]
    [InlineData("a@b", Password, "Ada")]
    [InlineData("ada@example.com\0", Password, "Ada")]
    [InlineData("ada@example.com", "short", "Ada")]
    [InlineData("ada@example.com", "password12345", "Ada")]
    [InlineData("ada@example.com", "ada@example.com", "Ada")]
    [InlineData("ada@example.com", Password, "A\0da")]
    [InlineData("ada@example.com", Password, " ")]
    public async Task A_bad_sign_up_is_refused_with_the_place_at_fault(string email, string password, string name)
    {
        using var response = await identity.Anonymous.PostAsJsonAsync("/api/auth/signup", new { email, password, name });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty((await JsonAsync(response))["errors"]!.AsArray());
    }

    [Fact]
    public async Task A_password_of_ten_megabytes_is_refused()
    {
        using var response = await identity.Anonymous.PostAsJsonAsync(
            "/api/auth/signup", new { email = NewEmail(), password = new string('x', 10_000_000), name = "Ada" });
        Assert.Contains(response.StatusCode, new[] { HttpStatusCode.BadRequest, HttpStatusCode.RequestEntityTooLarge });
    }

    [Theory]
    [InlineData("  {0}@EXAMPLE.com ")]
    [InlineData("{0}@ｅｘａｍｐｌｅ.com")]
    public async Task Another_spelling_of_a_taken_address_is_refused(string spelling)
    {
        var local = $"u{Guid.NewGuid():N}";
        await identity.SignUpAsync($"{local}@example.com");
        using var response = await identity.Anonymous.PostAsJsonAsync(
            "/api/auth/signup", new { email = spelling.Replace("{0}", local, StringComparison.Ordinal), password = Password, name = "Ada" });
        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal("email_taken", await CodeAsync(response));
    }

    [Fact]
    public async Task Signing_up_twice_at_once_makes_one_account()
    {
        var email = NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => identity.Anonymous.PostAsJsonAsync(
            "/api/auth/signup", new { email, password = Password, name = "Ada" })));
        Assert.Equal(1, answers.Count(a => a.StatusCode == HttpStatusCode.Created));
        Assert.Equal(5, answers.Count(a => a.StatusCode == HttpStatusCode.Conflict));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>("select count(*) from users where email = $1", email));
    }
}
