using System.Net;
using System.Net.Http.Json;
using OnePlatform.Testing;
using Xunit;
using static OnePlatform.Identity.Tests.IdentityHost;

namespace OnePlatform.Identity.Tests;

/// <summary>Somebody signs up with an address that is not theirs and prepares everything; then its owner comes.</summary>
[Trait("Proof", "P4")]
public sealed class TakingAddressesBack(IdentityHost identity) : IClassFixture<IdentityHost>
{
    private const string Fresh = "another-Ladder-98-river";

    [Theory]
    [InlineData("magic link")]
    [InlineData("reset")]
    public async Task Nothing_that_was_left_lets_the_other_in_again(string way)
    {
        var (email, elsewhere) = (NewEmail(), NewEmail());
        var (squatter, key, change) = await LieInWaitAsync(email, elsewhere);
        var owner = await ComeAsync(way, email);
        Assert.NotNull(owner["accessToken"]);
        Assert.True(owner["user"]!["emailVerified"]!.GetValue<bool>());
        Assert.False(owner["user"]!["twoFactorEnabled"]!.GetValue<bool>());

        using var session = await squatter.Client.GetAsync("/api/auth/session");
        Assert.Equal(HttpStatusCode.Unauthorized, session.StatusCode);
        using var byPassword = await identity.SignInAsync(email);
        Assert.Equal("invalid_credentials", await CodeAsync(byPassword));
        using var byKey = await identity.ExchangeAsync("api_key", key);
        Assert.Equal("key_revoked", await CodeAsync(byKey));
        using var changed = await identity.Anonymous.PostAsJsonAsync("/api/auth/verify-email", new { token = change.Token });
        Assert.Equal("invalid_token", await CodeAsync(changed));
        Assert.Equal(email, await identity.Database.ScalarAsync<string>("select email from users where id = $1", owner["user"]!["id"]!.GetValue<Guid>()));
    }

    [Theory]
    [InlineData("magic link")]
    [InlineData("reset")]
    public async Task An_account_whose_address_was_proven_keeps_what_it_has(string way)
    {
        var email = NewEmail();
        var (app, key, _) = await LieInWaitAsync(email, NewEmail());
        await identity.Database.ScalarAsync<int>("update users set email_verified = true where email = $1", email);
        var owner = await ComeAsync(way, email);
        Assert.True(owner["twoFactorRequired"]!.GetValue<bool>());
        using var finished = await identity.Anonymous.PostAsJsonAsync(
            "/api/auth/2fa/verify", new { challenge = owner["challenge"]!.GetValue<string>(), code = app.NextCode() });
        Assert.Equal(HttpStatusCode.OK, finished.StatusCode);
        using var byKey = await identity.ExchangeAsync("api_key", key);
        Assert.Equal(HttpStatusCode.OK, byKey.StatusCode);
    }

    [Fact]
    public async Task A_mail_to_an_unproven_address_does_not_say_what_the_other_typed()
    {
        var email = NewEmail();
        using var signedUp = await identity.Anonymous.PostAsJsonAsync(
            "/api/auth/signup", new { email, password = Password, name = "You have won, see https://evil.example" });
        var mail = (await identity.MailAsync(email, "Confirm your e-mail")).Message;
        Assert.DoesNotContain("evil.example", mail.TextBody + mail.HtmlBody + mail.Headers["To"], StringComparison.Ordinal);
        Assert.StartsWith("Hello,", mail.TextBody, StringComparison.Ordinal);
    }

    private async Task<(Authenticator Squatter, string Key, ReceivedMail Change)> LieInWaitAsync(string email, string elsewhere)
    {
        var user = (await identity.SignUpAsync(email))["user"]!["id"]!.GetValue<Guid>();
        await identity.AddMembershipAsync(await identity.AddGroupAsync([]), user, "group_owner");
        var squatter = await identity.EnrolAsync(email);
        var key = (await ManagingApiKeys.MakeAsync(squatter.Client, new { name = "left behind" }))["key"]!.GetValue<string>();
        using var asked = await squatter.Client.PostAsJsonAsync("/api/auth/change-email", new { newEmail = elsewhere, password = Password });
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        return (squatter, key, await identity.MailAsync(elsewhere, "Confirm your new e-mail"));
    }

    private async Task<System.Text.Json.Nodes.JsonObject> ComeAsync(string way, string email)
    {
        if (way == "magic link")
        {
            using var asked = await identity.Anonymous.PostAsJsonAsync("/api/auth/magic-link", new { email });
            return await JsonAsync(await identity.Anonymous.PostAsJsonAsync("/api/auth/magic-link/verify", new { token = (await identity.MailAsync(email, "sign-in link")).Token }));
        }

        using var forgot = await identity.Anonymous.PostAsJsonAsync("/api/auth/forgot-password", new { email });
        var token = (await identity.MailAsync(email, "new password")).Token;
        using var reset = await identity.Anonymous.PostAsJsonAsync("/api/auth/reset-password", new { token, password = Fresh });
        Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
        return await JsonAsync(await identity.SignInAsync(email, Fresh));
    }
}
