using System.Net;
using System.Net.Http.Json;
using OnePlatform.Identity.Data;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

public sealed class LockingAccounts(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private const string Home = "192.0.2.1";

    [Fact]
    public async Task Guesses_from_many_addresses_close_the_account_to_strangers_for_a_while_and_never_to_its_person()
    {
        await using var host = identity.StartAnother(("Identity:Attempts:SignInPerAccount:Limit", "6"), ("Identity:Attempts:SignInPerAccount:Window", "00:10:00"));
        var (known, unknown) = (NewEmail(), NewEmail());
        await identity.SignUpAsync(known);
        using var atHome = await SignInAsync(host, known, Password, Home);
        Assert.Equal(HttpStatusCode.OK, atHome.StatusCode);
        foreach (var email in new[] { known, unknown })
        {
            for (var i = 0; i < 6; i++)
            {
                using var guess = await SignInAsync(host, email, "not-the-password", $"198.51.100.{i}");
                Assert.Equal(HttpStatusCode.Unauthorized, guess.StatusCode);
            }

            using var stranger = await SignInAsync(host, email, Password, "198.51.100.200");
            Assert.Equal(HttpStatusCode.TooManyRequests, stranger.StatusCode);
            Assert.True(stranger.Headers.RetryAfter!.Delta <= TimeSpan.FromMinutes(10));
        }

        using var owner = await SignInAsync(host, known, Password, Home);
        Assert.Equal(HttpStatusCode.OK, owner.StatusCode);
        for (var i = 0; i < 5; i++)
        {
            using var typo = await SignInAsync(host, known, "not-the-password", Home);
            Assert.Equal(HttpStatusCode.Unauthorized, typo.StatusCode);
        }

        using var limited = await SignInAsync(host, known, Password, Home);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.StatusCode);
    }

    [Fact]
    public async Task A_stranger_at_one_address_closes_the_account_to_that_address_only()
    {
        var email = NewEmail();
        await identity.SignUpAsync(email);
        for (var i = 0; i < 6; i++)
        {
            using var guess = await SignInAsync(identity.Host, email, "not-the-password", "203.0.113.7");
        }

        using var elsewhere = await SignInAsync(identity.Host, email, Password, "203.0.113.8");
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    [Theory]
    [InlineData("SignInPerAddress", "signin")]
    [InlineData("SignUpPerAddress", "signup")]
    [InlineData("MailPerAddress", "magic-link")]
    [InlineData("ProofPerAddress", "magic-link/verify")]
    public async Task All_the_IPv6_addresses_of_a_household_have_the_attempts_of_one(string rule, string route)
    {
        await using var host = identity.StartAnother(($"Identity:Attempts:{rule}:Limit", "3"));
        for (var i = 1; i <= 3; i++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, await TryAsync($"2001:db8:1:2::{i}"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await TryAsync("2001:db8:1:2:ffff::9"));
        Assert.NotEqual(HttpStatusCode.TooManyRequests, await TryAsync("2001:db8:1:3::1"));

        async Task<HttpStatusCode> TryAsync(string from)
        {
            object body = route switch
            {
                "signup" => new { email = NewEmail(), password = Password, name = "Ada" },
                "magic-link" => new { email = NewEmail() },
                "magic-link/verify" => new { token = $"{Guid.NewGuid():N}" },
                _ => new { email = NewEmail(), password = Password },
            };
            using var client = host.CreateClient();
            client.DefaultRequestHeaders.Add("X-Forwarded-For", from);
            using var response = await client.PostAsJsonAsync($"/api/auth/{route}", body);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Those_who_run_the_platform_close_an_account_and_open_it_again()
    {
        var (email, admin) = (NewEmail(), NewEmail());
        await using var host = identity.StartAnother(("Identity:PlatformOwners:0", admin));
        var person = await identity.SignUpAsync(email);
        await identity.SignUpAsync(admin);
        var signedIn = await JsonAsync(await SignInAsync(host, admin, Password, Home));
        using var owner = host.ClientWith(signedIn["accessToken"]!.GetValue<string>());
        using var other = identity.Host.ClientWith(person["accessToken"]!.GetValue<string>());
        var id = person["user"]!["id"]!.GetValue<Guid>();

        using var forbidden = await other.PutAsync($"/api/auth/users/{id}/lock", null);
        Assert.Equal("insufficient_role", await CodeAsync(forbidden));
        using var unknown = await owner.PutAsync($"/api/auth/users/{Guid.NewGuid()}/lock", null);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var self = await owner.PutAsync($"/api/auth/users/{signedIn["user"]!["id"]}/lock", null);
        Assert.Equal("own_account", await CodeAsync(self));

        using var closed = await owner.PutAsync($"/api/auth/users/{id}/lock", null);
        Assert.Equal(HttpStatusCode.NoContent, closed.StatusCode);
        using var over = await other.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
        using var refused = await identity.SignInAsync(email);
        Assert.Equal("account_locked", await CodeAsync(refused));
        Assert.Equal(1, await identity.Database.ScalarAsync<long>(
            "select count(*) from outbox where type like '%SessionsRevoked%' and body like '%account_locked%' and body like '%' || $1 || '%'", id.ToString()));

        using var opened = await owner.DeleteAsync($"/api/auth/users/{id}/lock");
        Assert.Equal(HttpStatusCode.NoContent, opened.StatusCode);
        using var again = await identity.SignInAsync(email);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    private static async Task<HttpResponseMessage> SignInAsync(ServiceHost<IdentityDb> host, string email, string password, string from)
    {
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("X-Forwarded-For", from);
        return await client.PostAsJsonAsync("/api/auth/signin", new { email, password });
    }
}
